import { InvalidInput } from '#libs/kernel';
import { RotationWorld } from '../testing/rotation-world.js';

const day = 24 * 60 * 60 * 1000;

describe('the rotation policy', () => {
  let world: RotationWorld;
  beforeEach(async () => {
    world = await RotationWorld.make();
  });
  afterEach(() => world.close());

  /** Several processes, each claiming repeatedly. */
  const look = async () => {
    for (let i = 0; i < 3; i++) for (const claimed of await world.policy.claim(5)) await world.policy.follow(claimed);
  };
  /** Events by day, from tomorrow on. */
  const days = async (count: number) => {
    const happened: string[] = [];
    for (let i = 1; i <= count; i++) {
      const before = (await world.events()).length;
      world.tick(day);
      await look();
      for (const type of (await world.events()).slice(before)) happened.push(`day ${i}: ${type}`);
    }
    return happened;
  };

  it('records reminders 15, 7 and 1 days before a rotation is due, once each, and then rotates the access key', async () => {
    await world.setPolicy(30);

    expect(await days(30)).toEqual(['day 15: REMINDER', 'day 23: REMINDER', 'day 29: REMINDER', 'day 30: STARTED']);
    expect(await world.rotation()).toMatchObject({ startedByKind: 'GATEWAY' });
  });

  it('starts again with a new access key', async () => {
    await world.setPolicy(2);
    expect(await days(2)).toEqual(['day 1: REMINDER', 'day 2: STARTED']);
    await world.run();

    expect(await days(3)).toEqual(['day 1: REMINDER', 'day 2: STARTED']);
  });

  it('records every reminder that was missed while no gateway was running', async () => {
    await world.setPolicy(30);
    world.tick(28.9 * day);
    await look();
    expect((await world.events()).slice(1)).toEqual(['REMINDER', 'REMINDER']);
  });

  it('skips reminders whose day has passed, and is due immediately for an access key that is too old', async () => {
    world.tick(25 * day);
    await world.setPolicy(30);
    expect(await days(5)).toEqual(['day 4: REMINDER', 'day 5: STARTED']);
    await world.run();

    world.tick(50 * day);
    await world.setPolicy(20);
    const before = (await world.events()).length;
    await look();
    expect((await world.events()).slice(before)).toEqual(['STARTED']);
  });

  it('records every day that AWS does not allow a due rotation, with the reason', async () => {
    await world.setPolicy(1);
    world.aws.denied.add('iam:CreateAccessKey');
    expect(await days(3)).toEqual(['day 1: REFUSED', 'day 2: REFUSED', 'day 3: REFUSED']);

    world.aws.denied.clear();
    expect(await days(1)).toEqual(['day 1: STARTED']);
  });

  it('does nothing after it is removed', async () => {
    await world.setPolicy(2);
    await world.setPolicy(null);
    expect(await days(5)).toEqual([]);
  });

  it.each([0, 366, -1, 1.5])('refuses an interval of %s days', async (rotationIntervalDays) => {
    await expect(world.setPolicy(rotationIntervalDays)).rejects.toThrow(InvalidInput);
  });
});
