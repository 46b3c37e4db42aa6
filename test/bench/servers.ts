import { join } from 'node:path';
import type { DatabaseKind } from '../support/new-database.js';
import { projectFolder } from '../support/process.js';

/** Measured server. Each listens on PORT and answers POST /graphql. */
export interface Server {
  readonly name: string;
  /** Title in the table. */
  readonly title: string;
  readonly database: DatabaseKind;
  readonly program: string;
  /** Whether `--check` measures it. */
  readonly isChecked: boolean;
}

const compiled = (file: string) => join(import.meta.dirname, 'programs/dist/servers', file);
const gateway = join(projectFolder, 'dist/bundle/main.js');

/** The first one of each database is the floor, with which the others are compared. */
export const servers: readonly Server[] = [
  { name: 'floor', title: 'floor', database: 'MariaDB', program: compiled('floor/main.js'), isChecked: true },
  { name: 'gateway', title: '**gateway**', database: 'MariaDB', program: gateway, isChecked: true },
  {
    name: 'mercurius',
    title: 'Mercurius, graphql-jit, loaders',
    database: 'MariaDB',
    program: compiled('mercurius.js'),
    isChecked: false,
  },
  {
    name: 'yoga',
    title: 'GraphQL Yoga, DataLoader',
    database: 'MariaDB',
    program: compiled('yoga.js'),
    isChecked: false,
  },
  {
    name: 'apollo',
    title: 'Apollo Server standalone, DataLoader',
    database: 'MariaDB',
    program: compiled('apollo.js'),
    isChecked: false,
  },
  {
    name: 'nest',
    title: 'Nest, Express, TypeORM, DataLoader',
    database: 'MariaDB',
    program: compiled('nest/main.js'),
    isChecked: false,
  },
  {
    name: 'floor-sqlite',
    title: 'floor',
    database: 'SQLite',
    program: compiled('floor/main.js'),
    isChecked: true,
  },
  { name: 'gateway-sqlite', title: '**gateway**', database: 'SQLite', program: gateway, isChecked: true },
];
