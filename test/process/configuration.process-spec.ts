import { existsSync } from 'node:fs';
import { usePlaces } from '../support/places.js';
import { inLanes } from '../soak/soak.js';

const password = 'pAsswordOfTheDatabase';

/** Environment and required texts: the variable with its problem, and the example. */
const wrong: [what: string, env: Record<string, string>, said: string[]][] = [
  ['PORT is no number', { PORT: 'http' }, ['PORT must be a whole number from 0 to 65535', 'Example: PORT=4000']],
  ['PORT is too high', { PORT: '65536' }, ['PORT must be a whole number from 0 to 65535', 'Example: PORT=4000']],
  ['HOST is a URL', { HOST: 'http://x/' }, ['HOST must be a host name or an address', 'Example: HOST=0.0.0.0']],
  [
    'DATABASE_URL is of another database',
    { DATABASE_URL: `postgres://gateway:${password}@127.0.0.1/gateway` },
    ['DATABASE_URL must begin with mysql:// or mariadb://', 'Example: DATABASE_URL=mysql://'],
  ],
  [
    'DATABASE_URL names no database',
    { DATABASE_URL: `mysql://gateway:${password}@127.0.0.1/` },
    ['DATABASE_URL must contain a database name', 'Example: DATABASE_URL=mysql://'],
  ],
  [
    'DATABASE_URL is no URL',
    { DATABASE_URL: `gateway:${password} at 127.0.0.1` },
    ['DATABASE_URL must be', 'Example: DATABASE_URL=mysql://'],
  ],
  ['AWS_SANDBOX is yes', { AWS_SANDBOX: 'yes' }, ['AWS_SANDBOX must be on or off', 'Example: AWS_SANDBOX=off']],
  [
    'AWS_ENDPOINT_OVERRIDE would send signed requests in clear over a network',
    { AWS_ENDPOINT_OVERRIDE: 'http://10.0.0.1:4566' },
    [
      'AWS_ENDPOINT_OVERRIDE must be https://, or http:// to a loopback address',
      'Example: AWS_ENDPOINT_OVERRIDE=https',
    ],
  ],
  [
    'AWS_TIMEOUT_MS is too short',
    { AWS_TIMEOUT_MS: '99' },
    ['AWS_TIMEOUT_MS must be a whole number from 100 to 60000', 'Example: AWS_TIMEOUT_MS=10000'],
  ],
  [
    'three are wrong at once',
    { PORT: '-1', AWS_SANDBOX: 'maybe', DATABASE_URL: `http://gateway:${password}@127.0.0.1/gateway` },
    ['PORT must be', 'AWS_SANDBOX must be', 'DATABASE_URL must begin'],
  ],
];

describe('A gateway does not start when', () => {
  const newPlace = usePlaces();
  const ends = new Map<string, { code: number | null; output: string; touched: boolean }>();

  // Two at a time: each needs the time to load a process.
  beforeAll(() =>
    inLanes(2, wrong, async ([what, env]) => {
      const place = await newPlace();
      const { code, output } = await place.refused(env);
      ends.set(what, { code, output, touched: existsSync(place.dataDir) });
    }),
  );

  it.each(wrong)('%s, and says what to write instead', (what, _, said) => {
    const { code, output, touched } = ends.get(what)!;

    expect(code).toBe(1);
    for (const words of said) expect(output).toContain(words);
    expect(output).not.toContain(password);
    expect(output).not.toContain('    at ');
    expect(touched).toBe(false);
  });
});
