import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Random as Malformer } from '../../src/graphql/testing/random.js';
import { secretBearingRequest } from '../../src/graphql/testing/secret-bearing-requests.js';
import { inherited, projectFolder, type GatewayProcess, type Place } from '../support/process.js';
import { createCloudAccount } from '../support/steps.js';
import { secretLike, type Random } from './random.js';
import { inLanes } from './soak.js';

/** Number of requests with a secret of each kind. */
export interface SecretsSent {
  readonly graphql: number;
  readonly downloads: number;
  readonly commands: number;
}

const testAwsCredentials = `mutation ($input: TestAwsCredentialsInput!) {
  testAwsCredentials(input: $input) { report { verdict checks { message remediation } } userErrors { code message path } }
}`;

/**
 * Sends different secrets in all places where one can be sent by mistake: in requests that are malformed or refused, in
 * URLs and headers of downloads, on the command line. None is usable.
 *
 * @returns the secrets, and all responses
 */
export async function sendSecrets(
  { graphql, downloads, commands }: SecretsSent,
  { place, temp }: { place: Place; temp: string },
  gateway: GatewayProcess,
  random: Random,
): Promise<{ secrets: string[]; answers: string[] }> {
  const secrets: string[] = [];
  const answers: string[] = [];
  const fresh = () => {
    const secret = secretLike(random);
    secrets.push(secret);
    return secret;
  };
  const malformer = new Malformer(random.below(2 ** 31));
  const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);

  await inLanes(4, numbers(graphql), async (i) => {
    if (i % 3 < 2) {
      const { body, canaries } = secretBearingRequest(malformer);
      secrets.push(canaries[0]!);
      const { text, headers } = await gateway.post(JSON.stringify(body));
      return void answers.push(text, JSON.stringify([...headers]));
    }
    const credentials = { awsAccessKey: { accessKeyId: unknownKey(random), secretAccessKey: fresh() } };
    const input = { credentials, consoleRoleName: 'console-role', region: random.pick(['us-east-1', 'cn-north-1']) };
    const [query, more] = i % 2 ? [testAwsCredentials, {}] : [createCloudAccount, { name: ' ' }];
    answers.push((await gateway.send(query, { input: { ...input, ...more } })).text);
  });

  await inLanes(4, numbers(downloads), async (i) => {
    const secret = encodeURIComponent(fresh());
    const path = [`template.yaml?secret=${secret}`, secret, `policies/${secret}`, `terraform.zip?a=${secret}`][i % 4]!;
    const headers = { authorization: `Bearer ${fresh()}`, 'x-request-id': fresh(), 'user-agent': fresh() };
    const response = await fetch(`${gateway.url}/iam-setup/${path}`, { headers });
    answers.push(JSON.stringify([...response.headers]));
    if (!response.ok) answers.push(await response.text());
    else await response.arrayBuffer();
  });

  await inLanes(2, numbers(commands), async (i) => {
    const secret = fresh();
    const [args, env] = misuse(secret)[i % misuse(secret).length]!;
    answers.push(await command(place, args, { TMPDIR: temp, ...env }));
  });
  return { secrets, answers };
}

const unknownKey = (random: Random) => `AKIA${random.text(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`;

/** Mistakes of an operator with a secret in the clipboard. */
const misuse = (secret: string): [args: string[], env: Record<string, string>][] => [
  [['tenants', secret], {}],
  [['api-keys', 'revoke', '--id', secret], {}],
  [['hosted-accounts', 'add', '--name', 'x', '--provider', secret, '--region', 'us-east-1'], {}],
  [['api-keys', 'create', '--tenant', '1', '--name', 'x', '--role', secret], {}],
  [['api-keys', 'create', '--tenant', '1', '--name', 'x', '--role', 'OWNER', '--from', secret], {}],
  [['iam-setup', secret], {}],
  [['tenants', 'list'], { DATABASE_URL: `mysql://gateway:${encodeURIComponent(secret)}@127.0.0.1:9/gateway` }],
  [['tenants', 'list'], { DATABASE_URL: secret }],
  [['tenants', 'list'], { AWS_ENDPOINT_OVERRIDE: `https://x:${encodeURIComponent(secret)}@aws.example` }],
];

const run = promisify(execFile);

async function command(place: Place, args: string[], env: Record<string, string>): Promise<string> {
  const surroundings = {
    ...inherited,
    DATA_DIR: place.dataDir,
    ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl }),
    ...env,
  };
  const { stdout, stderr } = await run(process.execPath, [join(projectFolder, 'dist/bundle/cli.js'), ...args], {
    env: surroundings,
    cwd: projectFolder,
  }).catch((failed: { stdout: string; stderr: string }) => failed);
  return stdout + stderr;
}
