import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';

// Jest loads this outside its own pipeline, so TypeScript is brought in by tsx.
export default async function globalSetup() {
  // Hundreds of processes start the same code: compiled once, they start in two thirds of the time.
  process.env.NODE_COMPILE_CACHE ??= join(tmpdir(), 'cloud-account-gateway-tests-compiled');
  if (!process.env.TEST_DATABASE_URL) {
    const { canStartMariaDb, startPrivateMariaDb } = await tsImport('./private-mariadb.ts', import.meta.url);
    if (!canStartMariaDb()) return;
    globalThis.privateMariaDb = await startPrivateMariaDb();
    process.env.TEST_DATABASE_URL = globalThis.privateMariaDb.url;
  }
  // The end-to-end tests send their statements through it; the summary at the end tells what it has seen.
  const { SqlRecorder } = await tsImport('./sql-recorder.ts', import.meta.url);
  globalThis.sqlRecorder = await SqlRecorder.start(process.env.TEST_DATABASE_URL);
  process.env.RECORDED_DATABASE_URL = globalThis.sqlRecorder.through(process.env.TEST_DATABASE_URL);
}
