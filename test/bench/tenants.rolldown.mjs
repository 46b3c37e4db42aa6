import { defineConfig } from 'rolldown';
import gateway from '../../scripts/rolldown.config.mjs';

/** Program that creates tenants, in one bundle with the gateway: its services need the metadata of decorators. */
export default defineConfig({
  ...gateway,
  input: { tenants: 'test/bench/tenants.ts' },
  output: { ...gateway.output, dir: 'dist/bench' },
});
