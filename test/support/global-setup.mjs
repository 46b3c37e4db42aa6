import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';

// Jest loads this file without transforming it, so tsx loads the TypeScript.
export default async function globalSetup() {
  // Hundreds of processes start the same code. With the compile cache, a start takes two thirds of the time.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'cloud-account-gateway-tests-compiled');
  if (!process.env.TEST_DATABASE_URL) {
    const { canStartMariaDb, startPrivateMariaDb } = await tsImport('./private-mariadb.ts', import.meta.url);
    if (!canStartMariaDb()) return;
    globalThis.privateMariaDb = await startPrivateMariaDb();
    process.env.TEST_DATABASE_URL = globalThis.privateMariaDb.url;
  }
  // The end-to-end tests send their statements through it. The summary at the end shows the result.
  const { SqlRecorder } = await tsImport('./sql-recorder.ts', import.meta.url);
  globalThis.sqlRecorder = await SqlRecorder.start(process.env.TEST_DATABASE_URL);
  process.env.RECORDED_DATABASE_URL = globalThis.sqlRecorder.through(process.env.TEST_DATABASE_URL);
}
