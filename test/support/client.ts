export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
  /** The body as it came. */
  readonly text: string;
}

/** A client of a gateway, wherever that runs: over HTTP, with one API key. */
export class GatewayClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  /** The data; or a failed test that shows the errors. */
  async ask(query: string, variables: object = {}, key = this.key): Promise<any> {
    const { body } = await this.send(query, variables, key);
    if (body.errors) throw new Error(`Unexpected errors: ${JSON.stringify(body.errors, null, 2)}`);
    return body.data;
  }

  /** The one error of a request that has no data: its message and extensions. */
  async error(query: string, variables: object = {}, key = this.key): Promise<any> {
    const { body } = await this.send(query, variables, key);
    if (body.errors?.length !== 1) throw new Error(`Expected one error, got ${JSON.stringify(body)}`);
    return body.errors[0];
  }

  send(query: string, variables: object = {}, key = this.key): Promise<Answer> {
    return this.post(JSON.stringify({ query, variables }), key);
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

function parsed(text: string): any {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
