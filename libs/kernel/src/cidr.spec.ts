import { faultInCidr, isInOneOf } from './cidr.js';

describe('a CIDR block', () => {
  it.each([
    '0.0.0.0/0',
    '10.0.0.0/8',
    '203.0.113.7/32',
    '203.0.113.4/30',
    '::/0',
    '2001:db8::/32',
    '::1/128',
    '2001:db8:0:1::/64',
    '2001:db8::8:0:0:0/80',
    '1:2:3:4:5:6:7:8/128',
    '::ffff:10.0.0.0/104',
  ])('can be %s', (text) => expect(faultInCidr(text)).toBeNull());

  it.each([
    '',
    '/',
    '10.0.0.0',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    ' 10.0.0.0/8',
    '10.0.0/8',
    '010.0.0.0/8',
    '::/129',
    'fe80::1%eth0/64',
    'example.com/8',
    '10.0.0.0/255.0.0.0',
  ])('cannot be %j', (text) => expect(faultInCidr(text)).toMatch(/^must be a CIDR block/));

  it.each([
    '10.0.0.1/8',
    '203.0.113.5/30',
    '0.0.0.1/0',
    '2001:db8::1/32',
    '1:2:3:4:5:6:7:9/127',
    '::ffff:10.0.0.1/104',
  ])('cannot begin inside the block, like %s', (text) =>
    expect(faultInCidr(text)).toBe('must begin with the first address of its block'),
  );

  it.each<[string, string[], boolean]>([
    ['10.1.2.3', ['10.0.0.0/8'], true],
    ['11.1.2.3', ['10.0.0.0/8'], false],
    ['11.1.2.3', ['10.0.0.0/8', '11.1.2.3/32'], true],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['2001:db8::7', ['2001:db8::/32'], true],
    ['2001:db9::7', ['2001:db8::/32'], false],
    ['10.1.2.3', ['2001:db8::/32'], false],
    ['10.1.2.3', [], false],
    ['', ['0.0.0.0/0', '::/0'], false],
    ['example.com', ['0.0.0.0/0', '::/0'], false],
  ])('for %s, among %j: %s', (address, cidrs, isIn) => expect(isInOneOf(cidrs, address)).toBe(isIn));
});
