import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Also writes a compressed version of every file, which the gateway sends if the browser accepts it. */
const gzipped: Plugin = {
  name: 'gzipped',
  writeBundle: async ({ dir }, bundle) => {
    const write = async (name: string, content: string | Uint8Array) =>
      writeFile(join(dir!, `${name}.gz`), await promisify(gzip)(content, { level: 9 }));
    await Promise.all(
      Object.values(bundle).map((file) => write(file.fileName, file.type === 'chunk' ? file.code : file.source)),
    );
  },
};

/** Bundles the playground into dist/playground, which the gateway serves (src/rest/playground.ts). */
export default defineConfig({
  root: import.meta.dirname,
  base: '/playground/',
  clearScreen: false,
  logLevel: 'warn',
  plugins: [gzipped],
  build: {
    outDir: '../../dist/playground',
    emptyOutDir: true,
    chunkSizeWarningLimit: 8000, // the editor is large
    rolldownOptions: {
      // React's directives for servers, which have no effect in a browser.
      onwarn: (warning, warn) => {
        if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
      },
    },
  },
});
