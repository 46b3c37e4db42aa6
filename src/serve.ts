import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { readConfig } from './config.js';
import { PortUnusable, startGateway, type Gateway } from './gateway.js';
import { greet } from './greeting.js';
import { Log } from './log.js';
import { messageForOperator } from './operator-errors.js';

const log = new Logger('Process');

/** Runs the gateway until it is told to stop. */
export async function serve(): Promise<void> {
  process.umask(0o077); // what we write is for our own eyes
  // Node would print the error as it is, values and all.
  process.on('uncaughtException', (error) => {
    log.fatal(error);
    process.exit(1);
  });
  try {
    const config = readConfig(process.env);
    Logger.overrideLogger(new Log(config.logLevel));
    const gateway = await startGateway(config);
    await greet(gateway, config);
    let stopping: Promise<void> | undefined;
    // A terminal and npm both pass on Ctrl+C, and service managers repeat SIGTERM: the second signal changes nothing.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void (stopping ??= stop(gateway)));
  } catch (error) {
    refuse(error);
  }
}

/** Says why there is no start: to a person at a terminal as text, otherwise as an entry as those of the log are. */
function refuse(error: unknown): void {
  process.exitCode = 1;
  const known = error instanceof PortUnusable ? error.message : messageForOperator(error);
  const message = known === null ? error : `The gateway cannot start.\n${known}`;
  if (process.stderr.isTTY) console.error(message);
  else new Log('fatal', process.stderr.fd).fatal(message, 'Start');
}

/** How long the end may take, in milliseconds: requests under way are answered, and loops give back what they claimed. */
const patience = 20_000;

async function stop(gateway: Gateway): Promise<void> {
  setTimeout(() => {
    log.warn('Requests were still running after 20 seconds and were aborted.');
    process.exit(1);
  }, patience).unref();
  await gateway.close();
  process.exit(0);
}
