import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { killed } from '../support/process.js';
import type { Load, Message, Reply, Turn, Workload } from './programs/load/protocol.js';

const program = join(import.meta.dirname, 'programs/dist/load/main.js');

/** Process that sends the requests of a workload. */
export class LoadGenerator {
  private readonly child: ChildProcess;

  constructor(workloads: Readonly<Record<string, Workload>>) {
    this.child = spawn(process.execPath, [program], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.send({ workloads });
  }

  /** @throws Error when a request gets no answer */
  async run(turn: Turn): Promise<Load> {
    this.send({ turn });
    const [reply] = (await once(this.child, 'message')) as [Reply];
    if ('error' in reply) throw new Error(`${turn.workload} at ${turn.url}: ${reply.error}`);
    return reply.load;
  }

  stop(): Promise<void> {
    return killed(this.child);
  }

  private send(message: Message): void {
    this.child.send(message);
  }
}
