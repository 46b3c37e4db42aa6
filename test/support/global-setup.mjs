import { tsImport } from 'tsx/esm/api';

// Jest loads this outside its own pipeline, so TypeScript is brought in by tsx.
export default async function globalSetup() {
  if (process.env.TEST_DATABASE_URL) return;
  const { canStartMariaDb, startPrivateMariaDb } = await tsImport('./private-mariadb.ts', import.meta.url);
  if (!canStartMariaDb()) return;
  globalThis.privateMariaDb = await startPrivateMariaDb();
  process.env.TEST_DATABASE_URL = globalThis.privateMariaDb.url;
}
