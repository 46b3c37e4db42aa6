import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { readConfig } from './config.js';
import { startGateway, type Gateway } from './gateway.js';
import { greet } from './greeting.js';
import { PortUnusable } from './http/port-unusable.js';
import { Log } from './log.js';
import { messageForOperator } from './operator-errors.js';

const log = new Logger('Process');

/** Runs the gateway until it is stopped. */
export async function serve(): Promise<void> {
  process.umask(0o077); // created files are readable by this user only
  // Node.js would print the error unchanged, including values.
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
    // A terminal and npm both forward Ctrl+C, and service managers repeat SIGTERM: further signals are ignored.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void (stopping ??= stop(gateway)));
  } catch (error) {
    refuse(error);
  }
}

/** Reports why the start failed: at a terminal as text, otherwise as a log entry. */
function refuse(error: unknown): void {
  process.exitCode = 1;
  const known = error instanceof PortUnusable ? error.message : messageForOperator(error);
  const message = known === null ? error : `The gateway cannot start.\n${known}`;
  if (process.stderr.isTTY) console.error(message);
  else new Log('fatal', { fd: process.stderr.fd }).fatal(message, 'Start');
}

/** Maximum duration of the shutdown, in milliseconds: requests are finished, and loops return what they claimed. */
const patience = 20_000;

async function stop(gateway: Gateway): Promise<void> {
  setTimeout(() => {
    log.warn('Requests were still running after 20 seconds and were aborted.');
    process.exit(1);
  }, patience).unref();
  await gateway.close();
  process.exit(0);
}
