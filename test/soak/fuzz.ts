import { inPlace, type GatewayProcess } from '../support/process.js';
import { startKeyedAws } from '../support/keyed-aws.js';
import { createCloudAccount, newAccount } from '../support/steps.js';
import { until } from '../support/until.js';
import { Random, secretLike } from './random.js';
import { shots, type Shot } from './shots.js';
import { codesIn, inLanes, Tally, type SoakOptions, type SoakResult } from './soak.js';

const sizes = { short: 260, full: 1000 };
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Minimum length of a part of a secret that counts as a leak. */
const pieceLength = 12;

/**
 * Requests that are invalid in every way, each with its own secret. No part of a secret may be in a body, a header or
 * the output; none may be answered with 5xx; and the gateway keeps running.
 */
export async function fuzz({ size, seed, database, say }: SoakOptions): Promise<SoakResult> {
  const aws = await startKeyedAws(); // So that texts that look like access keys are never sent to AWS.
  try {
    return await inPlace(database, async (place) => {
      const gateway = await place.start({
        AWS_SANDBOX: 'on',
        AWS_ENDPOINT_OVERRIDE: aws.url,
        AWS_TIMEOUT_MS: '400',
        LOG_LEVEL: 'info',
      });
      const account = await accountIn(gateway);
      const range = new Range(gateway, new Random(seed), account);

      const kinds = Object.keys(shots);
      const plan = Array.from({ length: sizes[size] }, (_, i) => kinds[i % kinds.length]!);
      await inLanes(8, plan, async (kind) => {
        await range.fire(kind);
        if (range.fired % 250 === 0) say(`${range.fired} of ${plan.length} requests`);
      });

      const { createCloudAccount: after } = await gateway.ask(createCloudAccount, { input: newAccount('FZ02') });
      if (!after.cloudAccount) range.violations.push('the gateway no longer takes what is right');
      await gateway.stop();
      return range.result();
    });
  } finally {
    await aws.close();
  }
}

/** ID of an account. On a busy machine, AWS can take longer than the gateway waits. */
async function accountIn(gateway: GatewayProcess): Promise<string> {
  let id: string | undefined;
  await until('an account is created', async () => {
    const { createCloudAccount: created } = await gateway.ask(createCloudAccount, { input: newAccount('FZ00') });
    id = created.cloudAccount?.id;
    return id !== undefined;
  });
  return id!;
}

class Range {
  fired = 0;
  readonly violations: string[] = [];
  private readonly outcomes = new Tally();
  private readonly canaries: string[] = [];
  private serverErrors = 0;
  private leaks = 0;

  constructor(
    private readonly gateway: GatewayProcess,
    private readonly random: Random,
    private readonly accountId: string,
  ) {}

  async fire(kind: string): Promise<void> {
    const [canary, name] = [secretLike(this.random), this.random.text(40, letters)];
    this.canaries.push(canary, name);
    const shot = shots[kind]!({ random: this.random, canary, name, accountId: this.accountId });

    const { status, headers, text } = await this.send(shot);
    this.fired++;
    this.outcomes.add(`${status} ${codesIn(text)[0] ?? 'ok'}`);
    if (status >= 500) {
      this.serverErrors++;
      this.violations.push(`${kind}: HTTP ${status}`);
    }
    const answer = `${JSON.stringify([...headers])}\n${text}`;
    if ([canary, name].some((secret) => holdsPieceOf(secret, answer))) {
      this.leaks++;
      this.violations.push(`${kind}: the secret came back (${status} ${codesIn(text)[0] ?? 'ok'})`);
    }
  }

  private async send({ body, method = 'POST', path = '/graphql', headers = {} }: Shot) {
    const response = await fetch(this.gateway.url + path, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.gateway.firstKey}`, ...headers },
      body: body as string,
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  result(): SoakResult {
    const printed = this.canaries.filter((canary) => holdsPieceOf(canary, this.gateway.output)).length;
    if (printed > 0) this.violations.push(`${printed} secrets were printed`);
    const figures = {
      requests: this.fired,
      'secrets that came back': this.leaks,
      'secrets that were printed': printed,
      'answers with 5xx': this.serverErrors,
      ...this.outcomes.all,
    };
    return { figures, violations: [...new Set(this.violations)] };
  }
}

function holdsPieceOf(secret: string, text: string): boolean {
  for (let start = 0; start + pieceLength <= secret.length; start++)
    if (text.includes(secret.slice(start, start + pieceLength))) return true;
  return false;
}
