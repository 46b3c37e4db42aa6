import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { tsImport } from 'tsx/esm/api';

const typescript = {
  experimental: { keepImportAttributes: true },
  target: 'es2024',
  parser: { syntax: 'typescript', decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true },
  keepClassNames: true,
};

/**
 * Unit tests sit beside the code they test. End-to-end tests drive the whole gateway, once per database. Process tests
 * start what was built as an operator starts it, and break it.
 */
const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch,
  rootDir: import.meta.dirname,
  setupFiles: ['reflect-metadata'],
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/packages/[^/]+/dist'],
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: { '\\.ts$': ['@swc/jest', { module: { type: 'es6' }, jsc: typescript, sourceMaps: 'inline' }] },
  ...extra,
});

// Specs that are named are run one by one, all of them in a few groups: see test/e2e/together/group.ts.
const areNamed = process.argv.some((argument) => argument.startsWith('test/e2e/'));
const endToEnd = (database) =>
  project(`end to end on ${database}`, [`<rootDir>/test/e2e/**/*.e2e-${areNamed ? 'spec' : 'group'}.ts`], {
    globals: { database },
  });

const { canStartMariaDb } = await tsImport('./test/support/private-mariadb.ts', import.meta.url);
const hasServer = Boolean(process.env.TEST_DATABASE_URL) || canStartMariaDb();
const { findChromium } = await tsImport('./test/support/chromium.ts', import.meta.url);
const hasChromium = findChromium() !== undefined;
const hasSlowHttpTest = spawnSync('slowhttptest', ['-h']).error === undefined;
const hasRedis = spawnSync('redis-server', ['--version']).error === undefined;
const leftOut = [
  !hasServer &&
    'the end-to-end and process tests on MariaDB, because this machine has no mariadbd (apt-get install mariadb-server) and TEST_DATABASE_URL names no server',
  !hasChromium && 'the playground in a browser, because this machine has no Chromium (apt-get install chromium)',
  !hasSlowHttpTest &&
    'the test of slow connections, because this machine has no slowhttptest (apt-get install slowhttptest)',
  !hasRedis && 'the tests with Redis, because this machine has no redis-server (apt-get install redis-server)',
].filter(Boolean);
if (process.env.CI === 'true' && leftOut.length > 0)
  throw new Error(`With CI=true nothing may be left out: ${leftOut.join('; ')}`);

export default {
  projects: [
    project('unit', ['<rootDir>/{src,libs,packages,web,test}/**/*.spec.ts']),
    endToEnd('SQLite'),
    ...(hasServer ? [endToEnd('MariaDB')] : []),
    project('processes', ['<rootDir>/test/process/**/*.process-spec.ts'], {
      globals: { hasServer, hasSlowHttpTest, hasRedis },
      testPathIgnorePatterns: ['/node_modules/', ...(hasChromium ? [] : ['/playground[^/]*\\.process-spec\\.ts$'])],
    }),
  ],
  globalSetup: '<rootDir>/test/support/global-setup.mjs',
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  globalTeardown: '<rootDir>/test/support/global-teardown.mjs',
  reporters: ['default', 'summary', ['<rootDir>/test/support/summary-reporter.mjs', { leftOut }]],
  testTimeout: 240_000, // a slow machine is no fault
  // Much of the time is spent waiting, for processes, for AWS, for time-outs: with two cores, four workers leave an eighth idle.
  maxWorkers: availableParallelism() + 4,
  workerIdleMemoryLimit: '1.5GB',
};
