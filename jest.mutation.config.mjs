import config from './jest.config.mjs';

/** The tests that mutants are tried on: of the rules that must never be wrong, and without the app that others need. */
const [, unit] = config.projects;
export default {
  ...unit,
  rootDir: '.',
  testMatch: [
    '<rootDir>/test/core/{plan,properties,races,signals,arrivals}.test.ts',
    '<rootDir>/test/local/sigv4.test.ts',
    '<rootDir>/test/adapters/sts-sessions.test.ts',
  ],
  bail: 1,
};
