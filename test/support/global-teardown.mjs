export default async function globalTeardown() {
  await globalThis.sqlRecorder?.close();
  await globalThis.privateMariaDb?.stop();
}
