import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const json = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));

interface LockedPackage {
  readonly hasInstallScript?: boolean;
}

describe('The dependencies', () => {
  const locked = Object.entries(json('package-lock.json').packages as Record<string, LockedPackage>).filter(
    ([path]) => path !== '',
  );
  const nameOf = (path: string) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

  it('run no install script without a review', () => {
    const scripted = locked.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path));

    expect(scripted).toContain('node'); // so that the list is used as it is
    expect(Object.keys(json('package.json').allowScripts)).toEqual(expect.arrayContaining(scripted));
  });

  it('have nothing that npm would compile', () => {
    // npm runs `node-gyp rebuild` for a package with a binding.gyp, unless the package has its own script.
    const compiled = locked
      .filter(([path]) => existsSync(join(root, path, 'binding.gyp')))
      .filter(([path]) => {
        const { scripts = {} } = json(join(path, 'package.json')) as { scripts?: Record<string, string> };
        return /node-gyp/.test(scripts['install'] ?? scripts['preinstall'] ?? 'node-gyp rebuild');
      });

    expect(compiled.map(([path]) => path)).toEqual([]);
  });
});
