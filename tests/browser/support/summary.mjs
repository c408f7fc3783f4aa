// Ends the output with the line that scripts/test reads. A test that did not run counts as failed.
export default class Summary {
  onBegin(_config, suite) {
    this.suite = suite;
  }

  onEnd() {
    const tests = this.suite.allTests();
    const passed = tests.filter((test) => test.outcome() === 'expected').length;
    process.stdout.write(`${passed} passed, ${tests.length - passed} failed\n`);
  }

  printsToStdio() {
    return false;
  }
}
