import { join } from 'node:path';
import { defineConfig } from 'rolldown';
import gateway from '../../scripts/rolldown.config.mjs';

const source = '../../src/';

/** The process that rotates, in one bundle with what was built: it is started dozens of times. */
export default defineConfig({
  ...gateway,
  input: { rotating: 'test/soak/rotating.ts' },
  plugins: [
    {
      name: 'what was built of src',
      resolveId: (id, importer) =>
        importer?.endsWith('rotating.ts') && id.startsWith(source)
          ? join(import.meta.dirname, '../../dist/src', id.slice(source.length))
          : null,
    },
  ],
  output: { ...gateway.output, dir: 'dist/soak' },
});
