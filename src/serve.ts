import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { readConfig, type Config } from './config.js';
import { PortUnusable, startGateway, type Gateway } from './gateway.js';
import { isForOperator } from './operator-errors.js';

const log = new Logger('Process');

/** Runs the gateway until it is told to stop. */
export async function serve(): Promise<void> {
  process.umask(0o077); // what we write is for our own eyes
  try {
    const config = readConfig(process.env);
    const gateway = await startGateway(config);
    // Node would print the error as it is, values and all.
    process.on('uncaughtException', (error) => {
      log.fatal(error);
      process.exit(1);
    });
    console.log(await greeting(gateway, config));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(gateway));
  } catch (error) {
    const known = isForOperator(error) || error instanceof PortUnusable;
    console.error(known ? `The gateway cannot start.\n${(error as Error).message}` : error);
    process.exitCode = 1;
  }
}

/** Longer than any request may take; a database that says nothing would keep us for ever. */
const patience = 20_000;

async function stop(gateway: Gateway): Promise<void> {
  setTimeout(() => process.exit(1), patience).unref();
  await gateway.close();
  process.exit(0);
}

async function greeting({ url, sandbox, firstKey }: Gateway, config: Config): Promise<string> {
  const lines = [
    `cloud-account-gateway is ready at ${url}/graphql`,
    '',
    ...(config.playground ? [`  Playground  ${url}/playground`] : []),
    'file' in config.database
      ? `  Database    ${config.database.file} (embedded SQLite)`
      : `  Database    ${new URL(config.database.url).host} (DATABASE_URL)`,
    `  Key ring    ${config.keyRingFile} (without it the secrets are lost: keep a backup, apart from the database)`,
  ];
  if (config.awsEndpointOverride) {
    lines.push(
      `  AWS         ATTENTION: not AWS but ${config.awsEndpointOverride} answers for every key (AWS_ENDPOINT_OVERRIDE)`,
    );
  }
  if (sandbox) {
    const { sandboxConsoleRole, sandboxKeys, sandboxSecret } = await import('#libs/aws-sandbox');
    lines.push(
      '',
      `  The AWS sandbox is on. Its keys never reach AWS; the secret of each is ${sandboxSecret},`,
      `  the console role is ${sandboxConsoleRole}:`,
      ...sandboxKeys.map(({ accessKeyId, behaviour }) => `    ${accessKeyId}  ${behaviour}`),
    );
  }
  if (firstKey) lines.push('', '  Your API key, good for a year, shown this once:', `    ${firstKey.reveal()}`);
  return lines.join('\n') + '\n';
}
