import { iamEntities } from '../iam-entities.js';
import { remainingEntities, type KnownSetup } from './removal.js';

const settings = {
  vendorName: 'acme',
  vendorAccountId: '111122223333',
  tagKey: 'acme:managed',
  gatewayIdentityArn: null,
  templateUrl: null,
};
const known: KnownSetup = {
  awsAccountId: '123456789012',
  principalArn: 'arn:aws-cn:iam::123456789012:user/team/gateway',
  consoleRoleArn: 'arn:aws-cn:iam::123456789012:role/people/console',
  nodeRoleName: null,
};
const of = (change: Partial<KnownSetup> = {}) => remainingEntities(settings, { ...known, ...change });
const kindsAndNames = (entities: ReturnType<typeof of>) =>
  entities.map(({ kind, name, isNameKnown }) => `${kind} ${name}${isNameKnown ? '' : '?'}`);

describe('What remains in AWS', () => {
  it('is everything that was created, in reverse order, with the known names', () => {
    const left = kindsAndNames(of());

    expect(left.filter((one) => !one.startsWith('policy'))).toEqual([
      'role console',
      'access key gateway',
      'user gateway',
      'instance profile acme-cluster-node-role?',
      'role acme-cluster-node-role?',
    ]);
    expect(left.filter((one) => one.startsWith('policy'))).toHaveLength(
      iamEntities.filter(({ kind }) => kind === 'policy').length,
    );
  });

  it('includes the access role, if the gateway used one', () => {
    const left = kindsAndNames(of({ principalArn: 'arn:aws:iam::123456789012:role/gateway-enters' }));

    expect(left[0]).toBe('role gateway-enters');
    expect(left).toContain('user acme-user?');
  });

  it('has ARNs of its own partition and path', () => {
    const arns = of().map(({ arn }) => arn);

    expect(arns).toContain('arn:aws-cn:iam::123456789012:role/people/console');
    expect(arns).toContain('arn:aws-cn:iam::123456789012:user/team/gateway');
    expect(arns).toContain('arn:aws-cn:iam::123456789012:instance-profile/team/acme-cluster-node-role');
  });

  it('has the right name with every path that IAM allows', () => {
    const principalArn = 'arn:aws:iam::123456789012:role/team!a:b/access';
    const left = of({ principalArn, consoleRoleArn: "arn:aws:iam::123456789012:role/it's:$HOME/console" });

    expect(left.map(({ arn }) => arn)).toContain(principalArn);
    expect(left.map(({ arn }) => arn)).toContain("arn:aws:iam::123456789012:role/it's:$HOME/console");
    expect(kindsAndNames(left)).toContain('role access');
    expect(kindsAndNames(left)).toContain('role console');
    const policy = left.find(({ kind }) => kind === 'policy')!;
    expect(policy.command).toContain(`--policy-arn '${policy.arn}'`);
  });

  it('is removed by commands in which no name has a meaning for a shell', () => {
    const left = of({ nodeRoleName: '$(reboot)' });

    const command = left.find(({ name }) => name === '$(reboot)')!.command;
    expect(command).toContain("'$(reboot)'");
    expect(command.replaceAll("'$(reboot)'", '')).not.toContain('reboot');
  });
});
