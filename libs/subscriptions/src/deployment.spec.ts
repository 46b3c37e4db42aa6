import { addressKey, faultInDeploymentCidr, faultInVpcId, keysOverlapping } from './deployment.js';

describe('The addresses of a deployment', () => {
  it.each([
    '10.0.0.0/16',
    '10.0.0.0/28',
    '10.0.0.16/28',
    '172.31.255.240/28',
    '192.168.0.0/16',
    '100.64.0.0/16',
    '198.19.0.0/16',
    '52.94.0.0/16',
    '223.255.255.240/28',
    '1.0.0.0/16',
  ])('%s are valid', (cidr) => {
    expect(faultInDeploymentCidr(cidr)).toBeNull();
  });

  it.each([
    ['10.0.0.0/15', /from \/16 to \/28/],
    ['10.0.0.0/29', /from \/16 to \/28/],
    ['10.0.0.0', /from \/16 to \/28/],
    ['10.0.0.0/016', /from \/16 to \/28/],
    ['010.0.0.0/16', /from \/16 to \/28/],
    ['10.0.0.256/24', /from \/16 to \/28/],
    ['2001:db8::/32', /from \/16 to \/28/],
    ['10.0.0.0/24 ', /from \/16 to \/28/],
    ['10.0.0.1/24', /first address/],
    ['10.0.8.0/20', /first address/],
    ['0.0.0.0/16', /must not be in 0\.0\.0\.0\/8, whose addresses cannot be used in a VPC/],
    ['0.255.255.240/28', /in 0\.0\.0\.0\/8/],
    ['127.0.0.0/16', /in 127\.0\.0\.0\/8/],
    ['169.254.0.0/16', /in 169\.254\.0\.0\/16/],
    ['169.254.169.240/28', /in 169\.254\.0\.0\/16/],
    ['224.0.0.0/24', /in 224\.0\.0\.0\/4/],
    ['240.0.0.0/16', /in 240\.0\.0\.0\/4/],
    ['255.255.255.240/28', /in 240\.0\.0\.0\/4/],
  ])('%s are invalid', (cidr, fault) => {
    expect(faultInDeploymentCidr(cidr)).toMatch(fault);
  });

  it.each([
    ['10.0.0.0/24', '10.0.0.0/24', true],
    ['10.0.0.0/16', '10.0.255.240/28', true],
    ['10.0.0.0/24', '10.0.1.0/24', false],
    ['255.255.0.0/16', '255.255.255.240/28', true],
    ['10.0.0.16/28', '10.0.0.0/28', false],
  ])('%s and %s overlap: %s', (one, other, expected) => {
    const isFound = (key: number, cidr: string) =>
      keysOverlapping(cidr).filter(({ from, to }) => from <= key && key <= to).length;
    expect([isFound(addressKey(one), other), isFound(addressKey(other), one)]).toEqual([+expected, +expected]);
  });

  it('are found once by the keys of every overlapping block, and by no other', () => {
    const blocks = Array.from({ length: 13 }, (_, i) => 16 + i).flatMap((length) =>
      [0, 1, 2, 3, 2 ** (length - 16) - 1].flatMap((place) => {
        const first = 167_772_160 + place * 2 ** (32 - length); // 10.0.0.0
        return [first, first + 65_536].map((start) => ({ start, length }));
      }),
    );
    const cidrOf = ({ start, length }: { start: number; length: number }) =>
      `${[24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256).join('.')}/${length}`;
    const endOf = ({ start, length }: { start: number; length: number }) => start + 2 ** (32 - length);
    for (const one of blocks) {
      const ranges = keysOverlapping(cidrOf(one));
      for (const other of blocks) {
        const key = addressKey(cidrOf(other));
        const found = ranges.filter(({ from, to }) => from <= key && key <= to).length;
        const doOverlap = one.start < endOf(other) && other.start < endOf(one);
        if (found !== +doOverlap) throw new Error(`${cidrOf(one)} and ${cidrOf(other)}: ${found}`);
      }
    }
  });
});

describe('A VPC ID', () => {
  it.each([
    ['vpc-0a1b2c3d', true],
    ['vpc-0a1b2c3d4e5f60718', true],
    ['vpc-0A1B2C3D', false],
    ['subnet-0a1b2c3d', false],
    ['vpc-0a1b2c3d4', false],
  ])('%s is valid: %s', (id, expected) => {
    expect(faultInVpcId(id) === null).toBe(expected);
  });
});
