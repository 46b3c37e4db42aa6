import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { inherited, projectFolder, type Place } from './process.js';

export interface CliExit {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Database and key ring of the command line. */
type CliPlace = Pick<Place, 'dataDir' | 'databaseUrl'> & {
  readonly env?: Readonly<Record<string, string>>;
  /** User to run as. */
  readonly uid?: number;
};

export interface LaunchedCli {
  /** Output so far. */
  readonly output: { readonly stdout: string; readonly stderr: string };
  readonly exit: Promise<CliExit>;
  /** Kills the command, and waits until it has ended. */
  kill(): Promise<CliExit>;
}

/** Runs the command line in its own process, with the database and the key ring of `place`. */
export function launchCli(place: CliPlace, ...args: string[]): LaunchedCli {
  const env = {
    ...inherited,
    DATA_DIR: place.dataDir,
    ...(place.databaseUrl && { DATABASE_URL: place.databaseUrl }),
    ...place.env,
  };
  const child = spawn(process.execPath, [join(projectFolder, 'dist/bundle/cli.js'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(place.uid !== undefined && { uid: place.uid }),
  });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (output[name] += text));
  const exit = new Promise<CliExit>((resolve) => child.once('close', (code) => resolve({ code, ...output })));
  return { output, exit, kill: () => (child.kill('SIGKILL'), exit) };
}

export function runCli(place: CliPlace, ...args: string[]): Promise<CliExit> {
  return launchCli(place, ...args).exit;
}

/** Result of a command that must succeed. */
export async function cliAnswer(place: CliPlace, ...args: string[]): Promise<any> {
  const { code, stdout, stderr } = await runCli(place, ...args, '--json');
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}
