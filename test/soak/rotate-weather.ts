import { CredentialsRejected } from '#libs/aws-credentials';
import { RotationWorld } from '../../libs/aws-credentials/src/testing/rotation-world.js';
import { Random } from './random.js';
import type { SoakOptions, SoakResult } from './soak.js';

const rotations = { short: 12, full: 200 };
const minute = 60_000;

/**
 * Rotations with many faults: a new access key is unknown for up to a minute, 30 of 100 calls are throttled, 20 get a
 * server error, and the answer to every fifth request for an access key is lost after AWS created it. Uses its own
 * clock, so that minutes take no time. All must complete, with at most two access keys at any time.
 */
export async function rotateWeather({ size, seed, say }: SoakOptions): Promise<SoakResult> {
  const random = new Random(seed);
  const violations: string[] = [];
  const figures = { rotations: 0, completed: 0, 'calls of AWS': 0, throttled: 0, 'server faults': 0, 'lost answers': 0, 'most keys of a user': 0, 'keys left over': 0, 'longest, in minutes': 0 }; // prettier-ignore

  for (let i = 0; i < rotations[size]; i++) {
    const world = await RotationWorld.make();
    try {
      await world.begin();
      world.aws.propagation = random.below(minute);
      const around = world.aws.around;
      world.aws.around = (action, when) => {
        around(action, when);
        if (when === 'before') {
          figures['calls of AWS']++;
          const luck = random.fraction();
          if (luck < 0.3) throw (figures.throttled++, refused('AWS_THROTTLED', 'Throttling'));
          if (luck < 0.5) throw (figures['server faults']++, refused('AWS_UNREACHABLE', null));
        } else if (action === 'iam:CreateAccessKey' && random.fraction() < 0.2) {
          figures['lost answers']++;
          throw refused('AWS_UNREACHABLE', null);
        }
      };
      const began = world.clock.time;
      const { state, lastFault } = await world.run();
      figures.rotations++;
      const left = world.aws.ids.length - 1;
      if (state === 'COMPLETED') figures.completed++;
      else violations.push(`rotation ${i + 1} ended as ${state}: ${lastFault?.message}`);
      if (!(await world.works())) violations.push(`rotation ${i + 1} left no working key`);
      if (left !== 0) violations.push(`rotation ${i + 1} left ${left} keys over`);
      if (world.aws.most > 2) violations.push(`rotation ${i + 1} had ${world.aws.most} keys at once`);
      figures['keys left over'] += left;
      figures['most keys of a user'] = Math.max(figures['most keys of a user'], world.aws.most);
      const took = Math.ceil((world.clock.time - began) / minute);
      figures['longest, in minutes'] = Math.max(figures['longest, in minutes'], took);
    } catch (error) {
      violations.push(`rotation ${i + 1}: ${(error as Error).message.slice(0, 200)}`);
    } finally {
      world.close();
    }
    if (i % 50 === 49) say(`${i + 1} rotations`);
  }
  return { figures, violations };
}

const refused = (code: 'AWS_THROTTLED' | 'AWS_UNREACHABLE', awsErrorCode: string | null) =>
  new CredentialsRejected(code, 'Not now.', null, awsErrorCode);
