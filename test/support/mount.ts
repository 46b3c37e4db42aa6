import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
const unmount = (folder: string) => spawnSync('umount', ['--lazy', folder]).status === 0;

/** Whether this user can mount file systems. If not, tests use permissions instead. */
export const mayMount = (() => {
  const folder = mkdtempSync(join(tmpdir(), 'mount-'));
  const isMounted = mount('-t', 'tmpfs', 'tmpfs', folder);
  if (isMounted) unmount(folder);
  rmdirSync(folder);
  return isMounted;
})();

/** Mounts a file system in a folder, for example with `size=64k`, until the tests of the file are done. */
export function useMounts() {
  const mounted: string[] = [];
  afterAll(() => mounted.forEach(unmount));
  return {
    mount(folder: string, options: string): void {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      if (!mount('-t', 'tmpfs', '-o', `mode=0700,${options}`, 'tmpfs', folder)) throw new Error(`${folder} ${options}`);
      mounted.push(folder);
    },
    /** Changes the options of a mount. Its files are kept. */
    remount(folder: string, options: string): void {
      if (!mount('-o', `remount,${options}`, folder)) throw new Error(`${folder} ${options}`);
    },
  };
}
