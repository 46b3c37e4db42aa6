import { Secret } from '#libs/kernel';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { AwsAccessKey } from './aws-access-key.js';
import { AwsCredentialsInput } from './access/aws-credentials.input.js';

describe('an access key', () => {
  it.each([
    ['AKIASANDBOXWORKSA1U1', true],
    ['AKIASANDBOX00A1U1ABC', true],
    ['ASIASANDBOXABCDEFGHI', true],
    ['AKIAIOSFODNN7EXAMPLE', false],
    ['ASIAIOSFODNN7EXAMPLE', false],
    ['AIDASANDBOXUSERIDA1U', false],
    ['XAKIASANDBOXWORKSA1U', false],
  ])('%s belongs to the sandbox: %s', (accessKeyId, isSandbox) => {
    expect(new AwsAccessKey(accessKeyId, new Secret('x')).isSandbox).toBe(isSandbox);
  });
});

const id = 'AKIAIOSFODNN7VENDORS';
const secret = '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';
const given = (accessKeyId: string, secretAccessKey: string) =>
  plainToInstance(AwsCredentialsInput, { awsAccessKey: { accessKeyId, secretAccessKey: new Secret(secretAccessKey) } });
const messagesOf = (errors: ValidationError[]): string[] =>
  errors.flatMap(({ constraints = {}, children = [] }) => [...Object.values(constraints), ...messagesOf(children)]);
const refusals = (accessKeyId: string, secretAccessKey: string) =>
  messagesOf(validateSync(given(accessKeyId, secretAccessKey)));

describe('a pasted access key', () => {
  it.each(['', ' ', '\t', '\r\n', '\n\n', '\u00a0', '\u200b', '\ufeff', '\u2060 \u200d', '\u00ad', '\u3000'])(
    'is accepted without leading and trailing whitespace: %j',
    (blanks) => {
      const input = given(`${blanks}${id}${blanks}`, `${blanks}${secret}${blanks}`);
      expect(validateSync(input)).toEqual([]);
      const key = input.toAccess() as AwsAccessKey;
      expect([key.accessKeyId, key.secretAccessKey.reveal()]).toEqual([id, secret]);
    },
  );

  const both = (form: (value: string, name: string, lower: string, field: string) => string) => [
    form(id, 'AWS_ACCESS_KEY_ID', 'aws_access_key_id', 'AccessKeyId'),
    form(secret, 'AWS_SECRET_ACCESS_KEY', 'aws_secret_access_key', 'SecretAccessKey'),
  ];
  const json = { User: 'u', AccessKeyId: id, Status: 'Active', SecretAccessKey: secret };
  it.each([
    ['.env file. Paste only the text after `=`', both((value, name) => `${name}=${value}`)],
    ['.env file. Paste only the text after `=`', both((value, name) => `${name}="${value}"`)],
    ['.env file. Paste only the text after `=`', both((value, name) => `export ${name}='${value}'`)],
    ['.env file. Paste only the text after `=`', both((value, name) => `  set ${name} = ${value}\u200b`)],
    ['.env file. Paste only the text after `=`', both((value, name) => `$env:${name}="${value}"`)],
    ['.env file. Paste only the text after `=`', both((value, _, lower) => `${lower} = ${value}`)],
    ['.env file. Paste only the text after `:`', both((value, name) => `${name}: ${value}`)],
    ['.env file. Paste only the text after `:`', both((value) => `AWS Secret Access Key [None]: ${value}`)],
    ['several lines of a .env', both(() => `AWS_ACCESS_KEY_ID=${id}\r\nAWS_SECRET_ACCESS_KEY=${secret}`)],
    ['several lines of a .env', both(() => `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}`)],
    ['CSV file', both(() => `${id},${secret}`)],
    ['CSV file', both(() => `"gateway","${id}","${secret}"`)],
    ['CSV file', both(() => `\ufeffAccess key ID,Secret access key\r\n${id},${secret}\r\n`)],
    ['looks like the JSON output', both(() => JSON.stringify({ AccessKey: json }, null, 4))],
    ['looks like the JSON output', both(() => JSON.stringify(json))],
    ['looks like the JSON output', both((value, _, __, field) => `    "${field}": "${value}",`)],
    ['is in quotation marks', both((value) => `"${value}"`)],
    ['is in quotation marks', both((value) => `'${value}',`)],
    ['is in quotation marks', both((value) => `“${value}”`)],
    ['is in quotation marks', both((value) => `\`${value}`)],
    ['looks like a command', both((value, _, lower) => `aws configure set ${lower} ${value}`)],
    ['looks like a command', both((value, _, lower) => `gateway --${lower.replaceAll('_', '-')} ${value}`)],
    ['together', both(() => `${id}\t${secret}`)],
    ['together', both(() => `${id}\n${secret}`)],
    ['together', both(() => `${id}:${secret}`)],
    ['invisible character (U+200B)', both((value) => `${value.slice(0, 9)}\u200b${value.slice(9)}`)],
    ['invisible character (U+FEFF)', both((value) => `${value.slice(0, 9)}\ufeff${value.slice(9)}`)],
    ['contains a space', both((value) => `${value.slice(0, 9)}\u00a0${value.slice(9)}`)],
    ['contains a space', both((value) => `${value.slice(0, 9)} ${value.slice(9)}`)],
    ['contains a line break', both((value) => `${value.slice(0, 9)}\r\n${value.slice(9)}`)],
    ['looks like a placeholder', both((_, name) => `\${${name}}`)],
    ['looks like a placeholder', both((_, name) => `<${name}>`)],
    ['looks masked or truncated', both((value) => `${value.slice(0, 4)}****************`)],
    ['looks masked or truncated', both((value) => `${value.slice(0, 4)}…${value.slice(-4)}`)],
    ['looks like an ARN', both(() => 'arn:aws:iam::123456789012:user/gateway')],
    ['looks like the ID of another IAM entity', both(() => 'AIDAIOSFODNN7EXAMPLEX')],
    ['looks like a session token', both(() => 'IQoJb3JpZ2luX2Vj'.padEnd(400, 'A'))],
    ['looks URL-encoded', both((value) => encodeURIComponent(`${value}/`))],
    ['looks like a private key', both(() => '-----BEGIN RSA PRIVATE KEY-----\nMIIE')],
  ])('that is %s gets a specific message without its value', (said, [forId, forSecret]) => {
    const messages = refusals(forId!, forSecret!).filter((message) => !message.startsWith('The access key is'));
    expect(messages).toEqual([
      expect.stringMatching(/^The access key ID .*\.$/) as string,
      expect.stringMatching(/^The secret access key .*\.$/) as string,
    ]);
    for (const message of messages) {
      expect(message).toContain(said);
      expect(message).not.toMatch(/AKIAIOS|wJalr|FODNN7|FEMI|gateway,/);
    }
  });

  it.each([
    ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['AKIAI44QH8DHBEXAMPLE', 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY'],
  ])('%s from the AWS documentation is refused as an example', (exampleId, exampleSecret) => {
    expect(refusals(exampleId, secret)).toEqual([
      'The access key ID is an example from the AWS documentation. Paste the access key ID of the IAM user.',
    ]);
    expect(refusals(id, exampleSecret)).toEqual([
      'The secret access key is an example from the AWS documentation. Paste the secret access key of the IAM user.',
    ]);
  });

  it('in the wrong field gets a specific message', () => {
    expect(refusals(secret, id)).toEqual([
      expect.stringContaining('looks like a secret access key') as string,
      expect.stringContaining('looks like an access key ID') as string,
    ]);
  });

  it.each([
    ['AKIA', 'must have 20 characters, but has 4'],
    ['akiaiosfodnn7example', 'must begin with AKIA'],
  ])('%s in an unknown format is refused by the general rule', (text, said) => {
    expect(refusals(text, secret)).toEqual([expect.stringContaining(said) as string]);
  });

  it('of any length is checked quickly', () => {
    const begun = performance.now();
    for (const long of ['aws_'.repeat(500_000), `a${' '.repeat(2_000_000)}b`, '\n'.repeat(2_000_000)])
      refusals(long, long);
    expect(performance.now() - begun).toBeLessThan(20_000);
  });
});
