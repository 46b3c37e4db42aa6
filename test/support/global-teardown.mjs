import { writeFileSync } from 'node:fs';

export default async function globalTeardown() {
  const recorder = globalThis.sqlRecorder;
  await recorder?.close();
  await globalThis.privateMariaDb?.stop();
  if (!recorder) return;
  writeFileSync(process.env.RECORD_SQL, [...recorder.sent.keys()].sort().join('\n----\n') + '\n');
  console.log(recorder.summary);
  const suspicious = recorder.suspicious();
  if (suspicious.length > 0 || recorder.sent.size === 0)
    throw new Error(`Statements must not hold values: ${JSON.stringify(suspicious.slice(0, 20), null, 2)}`);
}
