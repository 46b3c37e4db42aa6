import type { DatabaseKind } from '../support/new-database.js';
import { LoadGenerator } from './load-generator.js';
import type { Options } from './options.js';
import { refuseDifferences } from './same-answers.js';
import { ServerProcess } from './server-process.js';
import type { Server } from './servers.js';
import { workloads, type WorkloadName } from './workloads.js';
import { World } from './world.js';

/** One turn of a server. */
export interface Measured {
  readonly answersPerSecond: number;
  /** CPU time of the server per response, in microseconds. */
  readonly cpu: number;
  /** Latencies in milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export interface MeasuredServer {
  readonly server: Server;
  /** Milliseconds from each start to the first correct response. */
  readonly startMs: readonly number[];
  readonly idleBytes: number;
  readonly loadedBytes: number;
  /** Turns of each workload in order. */
  readonly turns: Readonly<Partial<Record<WorkloadName, readonly Measured[]>>>;
}

type Sizes = Pick<Options, 'rounds' | 'seconds' | 'warmUp' | 'workloads'>;

/** Database with its running servers, which all use the same data. */
export class Bench {
  private readonly running: ServerProcess[] = [];
  private readonly startMs: Map<Server, number[]>;
  private readonly idleBytes = new Map<Server, number>();
  private readonly generator: LoadGenerator;

  private constructor(
    private readonly world: World,
    private readonly servers: readonly Server[],
    private readonly say: (text: string) => void,
  ) {
    this.startMs = new Map(servers.map((server) => [server, []]));
    const requests = Object.entries(workloads).map(([name, workload]) => [name, workload.of(world)] as const);
    this.generator = new LoadGenerator(Object.fromEntries(requests));
  }

  /**
   * Runs `work` on a new database, and removes it.
   *
   * @param serverUrl of MariaDB
   * @throws Error when the servers do different work
   */
  static async run<T>(
    kind: DatabaseKind,
    servers: readonly Server[],
    { accounts, starts }: Pick<Options, 'accounts' | 'starts'>,
    say: (text: string) => void,
    serverUrl: string | undefined,
    work: (bench: Bench) => Promise<T>,
  ): Promise<T> {
    say(`${kind}: making ${accounts.toLocaleString('en')} accounts`);
    const world = await World.make(kind, accounts, serverUrl);
    const bench = new Bench(world, servers, (text) => say(`${kind}: ${text}`));
    try {
      await bench.start(starts);
      bench.say('comparing the answers');
      await refuseDifferences(bench.running, world);
      return await work(bench);
    } finally {
      await bench.generator.stop();
      await Promise.all(bench.running.map((process) => process.stop()));
      await world.remove();
    }
  }

  /** Measures all servers in turns, repeatedly, so that a disturbance affects all of them. */
  async measure({ rounds, seconds, warmUp, workloads: names }: Sizes): Promise<MeasuredServer[]> {
    const turns = new Map<Server, Partial<Record<WorkloadName, Measured[]>>>(
      this.running.map(({ server }) => [server, {}]),
    );
    // Code that was not used yet is not compiled yet.
    for (const name of names) for (const process of this.running) await this.turn(process, name, warmUp);
    for (let round = 1; round <= rounds; round++)
      for (const name of names) {
        this.say(`round ${round} of ${rounds}, ${name}`);
        for (const process of this.running) {
          await this.turn(process, name, warmUp);
          (turns.get(process.server)![name] ??= []).push(await this.turn(process, name, seconds));
        }
      }

    const measured: MeasuredServer[] = [];
    for (const process of this.running) {
      const { server } = process;
      const [idleBytes, loadedBytes] = [this.idleBytes.get(server)!, (await process.usage()).bytes];
      measured.push({ server, startMs: this.startMs.get(server)!, idleBytes, loadedBytes, turns: turns.get(server)! });
    }
    return measured;
  }

  /** Starts each server `times` times, and keeps the last process. */
  private async start(times: number): Promise<void> {
    this.say(`starting ${this.servers.map(({ name }) => name).join(', ')}`);
    for (let time = 1; time <= times; time++)
      for (const server of this.servers) {
        const process = await ServerProcess.start(server, this.world);
        this.startMs.get(server)!.push(process.startMs);
        if (time === times) this.running.push(process);
        else await process.stop();
      }
    for (const process of this.running) this.idleBytes.set(process.server, (await process.usage()).bytes);
  }

  private async turn(process: ServerProcess, workload: WorkloadName, seconds: number): Promise<Measured> {
    const before = await process.usage();
    const { connections } = workloads[workload];
    const load = await this.generator.run({ url: process.url, workload, connections, seconds });
    const after = await process.usage();
    if (load.failures > 0)
      throw new Error(`${process.server.name}: ${load.failures} wrong answers to ${workload}, such as ${load.sample}`);
    return {
      answersPerSecond: load.answers / load.seconds,
      cpu: (after.microseconds - before.microseconds) / load.answers,
      p50: load.p50,
      p99: load.p99,
    };
  }
}
