import type { DatabaseKind } from './new-database.js';
import { Place } from './process.js';

/** Whether there is a server for the tests on MariaDB; without one they are left out, and the summary says so. */
export const hasServer = Boolean((globalThis as unknown as { hasServer?: boolean }).hasServer);

export const databaseKinds: readonly DatabaseKind[] = hasServer ? ['SQLite', 'MariaDB'] : ['SQLite'];

export const onMariaDb = hasServer ? it : it.skip;

/** Makes places for the tests of a file, and removes them with all that runs there once the file is done. */
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
