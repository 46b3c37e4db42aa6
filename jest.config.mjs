const typescript = {
  target: 'es2023',
  parser: { syntax: 'typescript', decorators: true },
  transform: { legacyDecorator: true, decoratorMetadata: true },
  keepClassNames: true,
};

/** Unit tests sit beside the code they test. End-to-end tests drive the whole gateway, once per database. */
const project = (displayName, testMatch, extra = {}) => ({
  displayName,
  testMatch,
  rootDir: import.meta.dirname,
  setupFiles: ['reflect-metadata'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  transform: { '\\.ts$': ['@swc/jest', { module: { type: 'es6' }, jsc: typescript, sourceMaps: 'inline' }] },
  ...extra,
});

export default {
  projects: [project('unit', ['<rootDir>/{src,libs}/**/*.spec.ts'])],
};
