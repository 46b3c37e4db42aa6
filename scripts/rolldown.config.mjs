import { defineConfig } from 'rolldown';

/** Optional packages that are not installed, and packages that start their own threads. */
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
  // Of TypeORM: drivers of unused databases
  /^(@google-cloud\/|@sap\/|better-sqlite3|expo-sqlite|hdb-pool|ioredis|mongodb|mssql|mysql|oracledb|pg|pg-native|pg-query-stream|react-native-sqlite-storage|redis|sql\.js|sqlite3|typeorm-aurora-data-api-driver)/,
];

/**
 * Compiles and bundles the gateway and the command line with their packages: otherwise a start would spend most of its
 * time opening about 2,600 modules. Types are checked by `npm run typecheck` only.
 */
export default defineConfig({
  input: { main: 'src/main.ts', cli: 'src/cli.ts' },
  platform: 'node',
  tsconfig: 'tsconfig.build.json',
  external,
  resolve: { conditionNames: ['source', 'node', 'import', 'default'] },
  // By default, GraphQL compares types in a slower way, with a hint for developers.
  transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  logLevel: 'warn',
  output: {
    dir: 'dist/bundle',
    format: 'esm',
    // Errors, dependency injection and database tables depend on class names.
    keepNames: true,
    cleanDir: true,
  },
});
