import { DriftKind } from '../difference.js';
import { repairOf } from './repair.js';

const arn = 'arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0a';
const repair = (kind: DriftKind, expected: string[] = [], actual: string[] = []) =>
  repairOf({ kind, expected, actual }, { arn, region: 'eu-west-1' }, { key: 'managed-by', value: "o'neil" });

describe('the repair', () => {
  it.each(Object.keys(DriftKind) as DriftKind[])('of %s has a sentence', (kind) => {
    expect(repair(kind, ['5'], ['7']).advice).toMatch(/^[A-Z].*\.$/);
  });

  it('of rules removes added ones and restores missing ones, with one command for each direction', () => {
    const { commands } = repair(
      'RULES_CHANGED',
      ['egress -1 all 0.0.0.0/0', 'ingress tcp all sg-0b'],
      ['ingress icmp all 10.0.0.0/8', 'ingress tcp 22-22 ::/0', 'ingress udp 53-53 pl-0a'],
    );
    const permissions = (command: string) => JSON.parse(/--ip-permissions '(.*)' --region/.exec(command)![1]!);
    expect(commands.map((command) => command.split(' --')[0])).toEqual([
      'aws ec2 revoke-security-group-ingress',
      'aws ec2 authorize-security-group-ingress',
      'aws ec2 authorize-security-group-egress',
    ]);
    expect(commands.map(permissions)).toEqual([
      [
        { IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
        { IpProtocol: 'udp', FromPort: 53, ToPort: 53, PrefixListIds: [{ PrefixListId: 'pl-0a' }] },
      ],
      [{ IpProtocol: 'tcp', FromPort: 0, ToPort: 65535, UserIdGroupPairs: [{ GroupId: 'sg-0b' }] }],
      [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    ]);
  });

  it('of very many rules is done in steps, because a shell limits the length of an argument', () => {
    const rules = Array.from(
      { length: 250 },
      (_, i) => `ingress tcp ${i}-${i} 2001:db8:1234:5678:90ab:cdef:${i}::/128`,
    );
    const { advice, commands } = repair('RULES_CHANGED', rules, rules);

    expect(advice).toContain('`checkDrift`');
    expect(repair('RULES_CHANGED', rules.slice(0, 100), []).advice).not.toContain('`checkDrift`');
    expect(commands).toHaveLength(2);
    for (const command of commands) {
      expect(command.match(/IpProtocol/g)).toHaveLength(100);
      expect(command.length).toBeLessThan(128 * 1024);
    }
  });

  it('contains nothing that a shell would interpret', () => {
    expect(repair('TAG_REMOVED').commands).toEqual([
      "aws ec2 create-tags --resources sg-0a --tags 'Key=managed-by,Value=o'\\''neil' --region eu-west-1",
    ]);
  });

  it.each([
    ['100', '80', ['aws ec2 modify-volume --volume-id sg-0a --size 100 --region eu-west-1']],
    ['100', '120', []],
  ])('of a size is only possible upwards: %s expected, %s actual', (wanted, actual, commands) => {
    expect(repair('SIZE_CHANGED', [wanted], [actual]).commands).toEqual(commands);
  });
});
