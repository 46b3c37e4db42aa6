export default async function globalTeardown() {
  await globalThis.privateMariaDb?.stop();
}
