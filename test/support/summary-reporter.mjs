/**
 * Prints at the end how many tests ran on which database, which were skipped and why, and which statements were sent to
 * MariaDB. Fails the run if a statement can contain a value of a request.
 */
export default class SummaryReporter {
  constructor(_globalConfig, { leftOut = [] } = {}) {
    this.leftOut = leftOut;
  }

  onRunComplete(_contexts, results) {
    const counts = new Map();
    for (const { displayName, testFilePath, testResults, testExecError } of results.testResults) {
      const name = displayName?.name ?? 'tests';
      const count = counts.get(name) ?? { passed: 0, failed: 0 };
      count.passed += testResults.filter(({ status }) => status === 'passed').length;
      count.failed += testResults.filter(({ status }) => status === 'failed').length + (testExecError ? 1 : 0);
      counts.set(name, count);
      if (testExecError) console.log(`${testFilePath} could not be run`);
    }
    const recorder = counts.get('end to end on MariaDB')?.passed ? globalThis.sqlRecorder : undefined;
    if (recorder) counts.set('SQL record', this.verdictOn(recorder));
    const sum = (key) => [...counts.values()].reduce((total, count) => total + count[key], 0);
    const lines = [
      '',
      ...(recorder ? [recorder.summary] : []),
      ...[...counts].map(([name, { passed, failed }]) => `${name}: ${passed} passed, ${failed} failed`),
      ...this.leftOut.map((what) => `Left out: ${what}`),
      `${sum('passed')} passed, ${sum('failed')} failed`,
    ];
    // Printed after the output of Jest.
    process.once('exit', () => console.log(lines.join('\n')));
  }

  verdictOn(recorder) {
    const suspicious = recorder.suspicious();
    if (suspicious.length === 0 && recorder.sent.size > 0) return { passed: 1, failed: 0 };
    const found = suspicious.slice(0, 20).map(({ text, literals }) => `${[...new Set(literals)].join(' ')} in ${text}`);
    this.error = new Error(['Statements must be sent, and hold no values.', ...found].join('\n'));
    console.log(this.error.message);
    return { passed: 0, failed: 1 };
  }

  /** With an error of a reporter, Jest ends like with a failed test. */
  getLastError() {
    return this.error;
  }
}
