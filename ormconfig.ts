import 'reflect-metadata';
import { readConfig } from './src/config.js';
import { dataSourceFor } from './src/database/data-source.js';

/** For TypeORM's own command line: `npm run typeorm -- migration:show`. The gateway migrates by itself at its start. */
export default dataSourceFor(readConfig(process.env).database);
