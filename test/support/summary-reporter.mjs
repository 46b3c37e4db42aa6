/** Says at the end how many tests ran on which database, and what was left out and why. */
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
    const sum = (key) => [...counts.values()].reduce((total, count) => total + count[key], 0);
    const lines = [
      '',
      ...[...counts].map(([name, { passed, failed }]) => `${name}: ${passed} passed, ${failed} failed`),
      ...this.leftOut.map((what) => `Left out: ${what}`),
      `${sum('passed')} passed, ${sum('failed')} failed`,
    ];
    // The very last, after what Jest has to say.
    process.once('exit', () => console.log(lines.join('\n')));
  }
}
