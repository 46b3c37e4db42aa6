import { existsSync, rmSync } from 'node:fs';
import type { Config } from './config.js';
import { firstApiKeyFile } from './first-api-key.js';
import type { Gateway } from './gateway.js';
import type { Notice } from './log.js';

/**
 * Announces the start: at a terminal as text, with the first API key; otherwise as log entries, without the API key,
 * because the output of a service is stored.
 */
export async function greet(gateway: Gateway, config: Config): Promise<void> {
  if (!process.stdout.isTTY) {
    for (const notice of notices(gateway, config)) gateway.log.notice(notice);
    return;
  }
  console.log(await greeting(gateway, config));
  // The user has seen the API key: its file is deleted.
  if (gateway.firstKey && !config.firstApiKey) rmSync(firstApiKeyFile(config), { force: true });
}

const databaseOf = ({ database }: Config) =>
  'file' in database ? `${database.file} (embedded SQLite)` : `${new URL(database.url).host} (DATABASE_URL)`;

async function greeting({ url, metricsUrl, sandbox, firstKey }: Gateway, config: Config): Promise<string> {
  const lines = [
    `cloud-account-gateway is ready at ${url}/graphql`,
    '',
    ...(config.playground ? [`  Playground  ${url}/playground`] : []),
    ...(metricsUrl ? [`  Metrics     ${metricsUrl}`] : []),
    `  Database    ${databaseOf(config)}`,
    `  Key ring    ${config.keyRingFile} (keep a backup, separate from the database: without it the secrets are lost)`,
  ];
  if (config.awsEndpointOverride) {
    lines.push(
      `  AWS         ATTENTION: ${config.awsEndpointOverride} answers in place of AWS for every access key (AWS_ENDPOINT_OVERRIDE)`,
    );
  }
  if (sandbox) {
    const { sandboxConsoleRole, sandboxKeys, sandboxSecret } = await import('@cloud-account-gateway/aws-sandbox');
    lines.push(
      '',
      `  The AWS sandbox is enabled. Its access keys never reach AWS. The secret of each is ${sandboxSecret},`,
      `  the console role is ${sandboxConsoleRole}:`,
      ...sandboxKeys.map(({ accessKeyId, behaviour }) => `    ${accessKeyId}  ${behaviour}`),
    );
  }
  if (firstKey && config.firstApiKey)
    lines.push('', '  Your API key, valid for one year, is the one in FIRST_API_KEY.');
  else if (firstKey) lines.push('', '  Your API key, valid for one year, shown only once:', `    ${firstKey.reveal()}`);
  else if (existsSync(firstApiKeyFile(config)))
    lines.push('', `  ${keyIsStillThere}`, `    ${firstApiKeyFile(config)}`);
  return lines.join('\n') + '\n';
}

const keyIsStillThere = 'The first API key is still in a file. Move it to your secret store and delete the file:';

/** The last notice says that the gateway is ready. */
function notices({ url, metricsUrl, sandbox, firstKey }: Gateway, config: Config): Notice[] {
  const file = firstApiKeyFile(config);
  return [
    ...(config.playground ? [{ message: `Playground: ${url}/playground` }] : []),
    ...(metricsUrl ? [{ message: `Metrics: ${metricsUrl}` }] : []),
    { message: `Database: ${databaseOf(config)}` },
    { message: 'Key ring: keep a backup of this file, separate from the database.', file: config.keyRingFile },
    ...(config.awsEndpointOverride
      ? [{ message: `ATTENTION: ${config.awsEndpointOverride} answers in place of AWS for every access key (AWS_ENDPOINT_OVERRIDE).`, isWarning: true }] // prettier-ignore
      : []),
    ...(sandbox ? [{ message: 'The AWS sandbox is enabled. Its access keys begin with AKIASANDBOX.' }] : []),
    ...(firstKey && config.firstApiKey ? [{ message: 'The first API key is the one in FIRST_API_KEY.' }] : []),
    ...(firstKey && !config.firstApiKey
      ? [{ message: 'The first API key was written to this file. Move it to your secret store and delete the file.', file, isWarning: true }] // prettier-ignore
      : []),
    ...(!firstKey && existsSync(file) ? [{ message: keyIsStillThere, file, isWarning: true }] : []),
    { message: `cloud-account-gateway is ready at ${url}/graphql` },
  ];
}
