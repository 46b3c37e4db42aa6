import { ProvisionedResource } from './provisioned-resource.entity.js';
import { resourceArnOf } from './resource-arn.js';

const arn = 'arn:aws:ec2:eu-west-1:123456789012:instance/i-0abc';
const [monday, tuesday, wednesday] = ['2026-11-23', '2026-11-24', '2026-11-25'].map((day) => new Date(day)) as [Date, Date, Date]; // prettier-ignore
const owner = { tenantId: 2, cloudAccountId: 1001, subscriptionId: 1 };
const running = { state: 'RUNNING', instanceType: 'm7g.large' };
const built = () => ProvisionedResource.create(owner, arn, resourceArnOf(arn)!, running, monday);

describe('a provisioned resource', () => {
  it('is derived from its ARN', () => {
    expect(built()).toMatchObject({ arn, kind: 'INSTANCE', region: 'eu-west-1', attributes: running, exists: true });
  });

  it('is unchanged when the same report is repeated, in any order', () => {
    const resource = built();
    expect(resource.report(owner, { instanceType: 'm7g.large', state: 'RUNNING' }, tuesday)).toBeNull();
    expect(resource.report(owner, {}, tuesday)).toBeNull();
    expect(resource.updatedAt).toBe(monday);
  });

  it('is changed only in what is reported', () => {
    const resource = built();
    expect(resource.report(owner, { state: 'STOPPED' }, tuesday)).toBe('CHANGED');
    expect(resource).toMatchObject({ attributes: { ...running, state: 'STOPPED' }, updatedAt: tuesday });
  });

  it('is removed once', () => {
    const resource = built();
    expect(resource.remove(tuesday)).toBe('REMOVED');
    expect(resource.remove(wednesday)).toBeNull();
    expect(resource).toMatchObject({ exists: false, removedAt: tuesday });
  });

  it('can exist again after its removal, with another owner', () => {
    const resource = built();
    resource.remove(tuesday);
    expect(resource.report({ ...owner, subscriptionId: 2 }, { state: 'STOPPED' }, wednesday)).toBe('PROVISIONED');
    expect(resource).toMatchObject({ exists: true, subscriptionId: 2, attributes: { state: 'STOPPED' } });
  });
});

describe('an ARN of a resource', () => {
  it.each([
    ['arn:aws:ec2:us-east-1:123456789012:security-group/sg-0abc', 'SECURITY_GROUP'],
    ['arn:aws-cn:ec2:cn-north-1:123456789012:volume/vol-0abc', 'VOLUME'],
    ['arn:aws:ec2:us-east-1:123456789012:key-pair/orders_key.2', 'KEY_PAIR'],
    ['arn:aws:ec2:us-east-1::snapshot/snap-0abc', 'SNAPSHOT'],
    ['arn:aws-us-gov:ec2:us-gov-west-1:123456789012:vpc/vpc-0abc', 'VPC'],
  ])('%s identifies a %s', (text, kind) => expect(resourceArnOf(text)?.kind).toBe(kind));

  it.each([
    '',
    'i-0abc',
    'arn:aws:iam::123456789012:role/x',
    'arn:aws:ec2:us-east-1:12345678901:instance/i-0abc',
    'arn:aws:ec2:us-east-1::instance/i-0abc',
    'arn:aws:ec2::123456789012:instance/i-0abc',
    'arn:aws:ec2:us-east-1:123456789012:instance/',
    'arn:aws:ec2:us-east-1:123456789012:instance/i-0abc\n',
    'arn:aws:ec2:us-east-1:123456789012:instance/i-0abc/x',
  ])('is not %j', (text) => expect(resourceArnOf(text)).toBeNull());
});
