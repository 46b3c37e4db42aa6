import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
const unmount = (folder: string) => spawnSync('umount', ['--lazy', folder]).status === 0;

/** Whether this user may mount file systems; where not, tests use permissions in place of them. */
export const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  const isMounted = mount('-t', 'tmpfs', 'tmpfs', folder);
  if (isMounted) unmount(folder);
  rmdirSync(folder);
  return isMounted;
})();

/** A file system of its own in a folder, such as one of `size=64k`, until the file's tests are done. */
export function useMounts() {
  const mounted: string[] = [];
  afterAll(() => mounted.forEach(unmount));
  return {
    mount(folder: string, options: string): void {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!mount('-t', 'tmpfs', '-o', `mode=0700,${options}`, 'tmpfs', folder)) throw new Error(`${folder} ${options}`);
      mounted.push(folder);
    },
    /** What was mounted there, with other options; what is written there stays. */
    remount(folder: string, options: string): void {
      if (!mount('-o', `remount,${options}`, folder)) throw new Error(`${folder} ${options}`);
    },
  };
}
