import refusals from '../../src/graphql/refusals.json' with { type: 'json' };
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
  /** Body of the response. */
  readonly text: string;
}

/** Client of a gateway over HTTP, with one API key. */
export class GatewayClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  /** Returns the data. Fails the test if there are errors. */
  async ask(query: string, variables: object = {}, key = this.key): Promise<any> {
    const { body } = await this.send(query, variables, key);
    if (body.errors) throw new Error(`Unexpected errors: ${JSON.stringify(body.errors, null, 2)}`);
    return body.data;
  }

  /** The only error of a request without data: message and extensions. */
  async error(query: string, variables: object = {}, key = this.key): Promise<any> {
    const { body } = await this.send(query, variables, key);
    if (body.errors?.length !== 1) throw new Error(`Expected one error, got ${JSON.stringify(body)}`);
    return body.errors[0];
  }

  async send(query: string, variables: object = {}, key = this.key): Promise<Answer> {
    const answer = await this.post(JSON.stringify({ query, variables }), key);
    refuseUnlistedRefusals(answer.body?.data);
    return answer;
  }

  async post(
    body: string | Buffer,
    key: string | null = this.key,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key && { authorization: `Bearer ${key}` }), ...headers },
      body: body as string,
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }
}

/** Fails a test in which a mutation was refused with a code that is not in its description. */
function refuseUnlistedRefusals(data: Record<string, any> | null | undefined): void {
  for (const [mutation, payload] of Object.entries(data ?? {})) {
    const listed = (refusals as Record<string, readonly string[]>)[mutation];
    const codes = ((payload?.userErrors ?? []) as { code?: string }[]).flatMap(({ code }) => code ?? []);
    const unlisted = listed ? codes.filter((code) => !listed.includes(code)) : [];
    if (unlisted.length > 0) throw new Error(`The description of ${mutation} does not list ${unlisted.join(', ')}.`);
  }
}

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
