import { defineConfig } from 'rolldown';
import gateway from '../../scripts/rolldown.config.mjs';

/** Process that rotates, in one bundle with the gateway: it is started dozens of times. */
export default defineConfig({
  ...gateway,
  input: { rotating: 'test/soak/rotating.ts' },
  output: { ...gateway.output, dir: 'dist/soak' },
});
