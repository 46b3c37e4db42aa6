import type { DatabaseKind } from './new-database.js';
import { Place } from './process.js';

/** Whether a server for the tests on MariaDB exists. Otherwise they are skipped, and the summary says so. */
export const hasServer = Boolean((globalThis as unknown as { hasServer?: boolean }).hasServer);

export const databaseKinds: readonly DatabaseKind[] = hasServer ? ['SQLite', 'MariaDB'] : ['SQLite'];

export const onMariaDb = hasServer ? it : it.skip;

/** Creates places for the tests of a file, and removes them with all their processes after the file. */
export function usePlaces(): (kind?: DatabaseKind) => Promise<Place> {
  const places: Place[] = [];
  afterAll(async () => {
    await Promise.all(places.map((place) => place.remove()));
  });
  return async (kind = 'SQLite') => {
    const place = await Place.make(kind);
    places.push(place);
    return place;
  };
}
