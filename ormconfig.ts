import 'reflect-metadata';
import { readConfig } from './src/config.js';
import { dataSourceFor } from './src/database/data-source.js';

/**
 * For TypeORM's command line: `npm run typeorm -- migration:show`. The gateway runs migrations by itself at the start.
 */
export default dataSourceFor(readConfig(process.env).database);
