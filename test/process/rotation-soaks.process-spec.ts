import { keyring } from '../soak/keyring.js';
import { rotateWeather } from '../soak/rotate-weather.js';
import { rotate } from '../soak/rotate.js';
import { inShort } from '../soak/soak.js';
import { databaseKinds } from '../support/places.js';

describe.each(databaseKinds)('On %s', (database) => {
  it('the key ring is rotated under load and commands are killed, and all data can be decrypted', async () => {
    const { figures, violations } = await inShort(keyring, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ kills: 2, 'secrets found unreadable, ever': 0 });
    expect(figures['of them opened at the end']).toBe(figures['accounts']);
    expect(figures['secrets opened by customers']).toBeGreaterThan(20);
  });

  it('a rotation that is killed anywhere continues in the next process, and an account always has a working access key', async () => {
    const { figures, violations } = await inShort(rotate, database);

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ 'kills by chance': 2, 'naive orders found out': 2 });
    expect(figures['points killed at']).toBeGreaterThanOrEqual(2);
  });
});

describe('Rotations with many faults', () => {
  it('all complete, with at most two access keys and none left over', async () => {
    const { figures, violations } = await inShort(rotateWeather, 'SQLite');

    expect(violations).toEqual([]);
    expect(figures).toMatchObject({ rotations: 12, completed: 12, 'keys left over': 0 });
  });
});
