import { defineConfig } from 'rolldown';

/** Optional packages that are not installed, and packages that start threads of their own. */
const external = [
  'mysql2',
  'pino',
  // Of Nest, Apollo and Fastify
  /^@nestjs\/(microservices|platform-express|websockets)/,
  /^@apollo\/(gateway|subgraph)/,
  /^@as-integrations\//,
  /^@fastify\/(multipart|view)/,
  'ts-morph',
  'class-transformer/storage',
  // Of TypeORM: the drivers of databases that are not ours
  /^(@google-cloud\/|@sap\/|better-sqlite3|expo-sqlite|hdb-pool|ioredis|mongodb|mssql|mysql|oracledb|pg|pg-native|pg-query-stream|react-native-sqlite-storage|redis|sql\.js|sqlite3|typeorm-aurora-data-api-driver)/,
];

/**
 * Compiles the gateway and the command line, and bundles them with their packages: a start would spend most of its time on
 * opening some 2,600 modules. Types are not checked here but by `npm run typecheck`.
 */
export default defineConfig({
  input: { main: 'src/main.ts', cli: 'src/cli.ts' },
  platform: 'node',
  tsconfig: 'tsconfig.build.json',
  external,
  resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
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
