/** @type {import('jest').Config} */
export default {
  // src is a root so that files which no test imports still count in the coverage.
  roots: ['<rootDir>/src', '<rootDir>/tests'],
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: { target: 'es2024', parser: { syntax: 'typescript' } },
        module: { type: 'es6' },
      },
    ],
  },
  testTimeout: 30_000,
  maxWorkers: '100%',
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/cli/main.ts'],
  coverageReporters: ['text-summary', 'json-summary', 'lcovonly'],
  // Checked only when a run collects coverage (npm test -- --coverage, as in .ci/run).
  coverageThreshold: { global: { lines: 90, branches: 90 } },
};
