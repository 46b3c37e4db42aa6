import * as fc from 'fast-check';
import { faultInRoleArn, faultInRoleName, iamArnFrom, iamArnOf, iamPatterns, type IamArn } from './iam-names.js';

const printable = Array.from({ length: 0x7e - 0x21 + 1 }, (_, i) => String.fromCharCode(0x21 + i));
const nameCharacters = 'ABCxyz0189_+=,.@-';

describe('an ARN of IAM', () => {
  const segment = fc.string({
    unit: fc.constantFrom(...printable.filter((character) => character !== '/')),
    minLength: 1,
    maxLength: 60,
  });
  const arn: fc.Arbitrary<IamArn> = fc.record({
    partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov', 'aws-eusc'),
    accountId: fc.stringMatching(/^\d{12}$/),
    kind: fc.constantFrom('user', 'role', 'policy', 'instance-profile'),
    path: fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.map((one) => `${one}/`).join('')}`),
    name: fc.string({ unit: fc.constantFrom(...nameCharacters), minLength: 1, maxLength: 64 }),
  });

  it('is read as it was written, with every path and name that IAM allows', () => {
    fc.assert(
      fc.property(arn, (parts) => {
        expect(iamArnFrom(iamArnOf(parts))).toEqual(parts);
        expect(faultInRoleArn(iamArnOf({ ...parts, kind: 'role' }))).toBeNull();
      }),
    );
  });

  it.each([
    'arn:aws:iam::123456789012:role/team!a:b/access',
    'arn:aws:iam::123456789012:role/a',
    `arn:aws:iam::123456789012:role/${'p'.repeat(510)}/${'n'.repeat(64)}`,
    `arn:aws-us-gov:iam::123456789012:role/${'p'.repeat(510)}/${'n'.repeat(64)}`,
    'arn:aws-cn:iam::123456789012:role/x//y/access',
  ])('may be %s', (text) => {
    expect(faultInRoleArn(text)).toBeNull();
  });

  it.each([
    [' arn:aws:iam::123456789012:role/a', /begin or end with whitespace/],
    ['arn:aws:iam::123456789012:role/a\n', /begin or end with whitespace/],
    ['arn:aws:iam::123456789012:user/a', /must be the ARN of an IAM role/],
    ['arn:aws:sts::123456789012:assumed-role/a/b', /must be the ARN of an IAM role/],
    ['arn:aws:iam::12345678901:role/a', /must be the ARN of an IAM role/],
    ['arn:aws:iam:us-east-1:123456789012:role/a', /must be the ARN of an IAM role/],
    ['arn:aws:iam::123456789012:role/te am/a', /must be the ARN of an IAM role/],
    ['arn:aws:iam::123456789012:role/tëam/a', /must be the ARN of an IAM role/],
    ['arn:aws:iam::123456789012:role/team/', /must be the ARN of an IAM role/],
    ['arn:aws:iam::123456789012:role/a!', /must be the ARN of an IAM role/],
    [`arn:aws:iam::123456789012:role/${'n'.repeat(65)}`, /must be the ARN of an IAM role/],
    [`arn:aws:iam::123456789012:role/${'p'.repeat(511)}/a`, /must be the ARN of an IAM role/],
    [`arn:aws:iam::123456789012:role/${'p'.repeat(700)}/a`, /at most 613 characters/],
    ['arn:aws:iam::aws:role/a', /must be the ARN of an IAM role/],
    ['access', /must be the ARN of an IAM role/],
  ])('of a role may not be %j', (text, fault) => {
    expect(faultInRoleArn(text)).toMatch(fault);
  });
});

describe('the name of a role', () => {
  it.each(['a', 'console-role', '+=,.@_-', '-', 'n'.repeat(64)])('may be %s', (name) => {
    expect(faultInRoleName(name)).toBeNull();
  });

  it.each([
    ['', /must not be blank/],
    [' \t', /must not be blank/],
    ['console-role ', /must not begin or end with whitespace/],
    ['\nconsole-role', /must not begin or end with whitespace/],
    ['console-role\u00a0', /must not begin or end with whitespace/],
    ['arn:aws:iam::123456789012:role/a', /not its ARN/],
    ['team/a', /without its path/],
    ['n'.repeat(65), /at most 64 characters, but has 65/],
    ['a b', /letters, digits and/],
    ['a:b', /letters, digits and/],
    ['é', /letters, digits and/],
  ])('may not be %j', (name, fault) => {
    expect(faultInRoleName(name)).toMatch(fault);
  });
});

describe('the patterns for documents', () => {
  const isPath = (path: string) => new RegExp(`^${iamPatterns.path}$`).test(path);

  it('allow every character of a path but five', () => {
    expect(printable.filter((character) => !isPath(`/a${character}b/`))).toEqual(['"', '$', '*', '?', '\\']);
  });

  it('allow names that IAM allows, unless a command line takes them for an option', () => {
    const isName = (name: string) => new RegExp(`^${iamPatterns.name}$`).test(name);

    expect([...nameCharacters].filter((character) => !isName(character))).toEqual(['-']);
    expect(isName('a-b')).toBe(true);
  });
});
