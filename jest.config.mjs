/** Ends a run with the one line that CI looks for. */
const reporters = ['default', '<rootDir>/test/support/summary-reporter.mjs'];

const project = (displayName, folders, more = {}) => ({
  displayName,
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  transformIgnorePatterns: ['/node_modules/'],
  testPathIgnorePatterns: process.env.AIRLOCK_TESTS === 'full' ? [] : ['\\.full\\.test\\.ts$'],
  ...more,
});

export default {
  reporters,
  testTimeout: 120_000,
  maxWorkers: 2,
  globalSetup: '<rootDir>/test/support/synthesize-once.mjs',
  projects: [
    project('rules', ['rules']),
    project('unit', ['core', 'adapters', 'local', 'infra', 'tools']),
    project('journeys', ['journeys', 'torture', 'console', 'cli', 'client', 'web', 'api']),
  ],
};
