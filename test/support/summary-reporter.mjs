/** Prints `N passed, N failed` as the very last line of a run. */
export default class SummaryReporter {
  onRunComplete(_, { numPassedTests, numFailedTests, testResults }) {
    const broken = testResults.filter((suite) => suite.testExecError).length;
    process.once('exit', () => process.stdout.write(`\n${numPassedTests} passed, ${numFailedTests + broken} failed\n`));
  }
}
