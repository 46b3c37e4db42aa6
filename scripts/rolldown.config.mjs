import { defineConfig } from 'rolldown';

/** What libraries ask for when it is there, and is not here; and what must stay the package it is, because it runs in threads of its own. */
const left = [
  'mysql2',
  'pino',
  // Of Nest, Apollo and Fastify
  /^@nestjs\/(microservices|platform-express|websockets)/,
  /^@apollo\/(gateway|subgraph)/,
  '@as-integrations/express5',
  /^@fastify\/(multipart|view)/,
  'ts-morph',
  'class-transformer/storage',
  // Of TypeORM: the drivers of databases that are not ours
  /^(@google-cloud\/|@sap\/|better-sqlite3|expo-sqlite|hdb-pool|ioredis|mongodb|mssql|mysql|oracledb|pg|pg-native|pg-query-stream|react-native-sqlite-storage|redis|sql\.js|sqlite3|typeorm-aurora-data-api-driver)/,
];

/**
 * The gateway and the command line as few files instead of some 2,600 modules, of which most of the time of a start goes into
 * finding and opening them.
 */
export default defineConfig({
  input: { main: 'dist/src/main.js', cli: 'dist/src/cli.js' },
  platform: 'node',
  external: left,
  resolve: { conditionNames: ['node', 'import', 'default'] },
  // GraphQL compares types in a slower way, with a hint for developers, unless it is told.
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  logLevel: 'warn',
  output: {
    dir: 'dist/bundle',
    format: 'esm',
    // Errors, injection and the database's tables go by the names of classes.
    keepNames: true,
    cleanDir: true,
  },
});
