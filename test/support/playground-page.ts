import type { BrowserContext, Page } from 'playwright-core';
import type { GatewayProcess } from './process.js';
import { until } from './until.js';

/** Playground in a browser tab, controlled like a user does. */
export class PlaygroundPage {
  private constructor(
    readonly page: Page,
    /** Forbidden reports of the browser: errors, warnings, and requests to another origin. */
    readonly complaints: readonly string[],
  ) {}

  static async open(context: BrowserContext, gateway: GatewayProcess): Promise<PlaygroundPage> {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && origin !== gateway.url) complaints.push(`A request to ${request.url()}`);
    });
    // The console does not report every violation.
    await page.addInitScript(
      "document.addEventListener('securitypolicyviolation', (v) => console.error(`${v.effectiveDirective} forbids ${v.blockedURI}`))",
    );
    await page.goto(`${gateway.url}/playground`);
    return new PlaygroundPage(page, complaints);
  }

  async enterKey(key: string): Promise<void> {
    await this.page.getByLabel('API key').fill(key);
    await this.page.getByRole('button', { name: 'Use key' }).click();
  }

  /** Enters an API key that the gateway accepts, replacing the previous one. */
  async useKey(key: string): Promise<void> {
    const forget = this.page.getByRole('button', { name: 'Forget' });
    if (await forget.isVisible()) await forget.click();
    await this.enterKey(key);
    await this.says('The gateway accepts this key.');
  }

  says(text: string): Promise<void> {
    return this.page.getByRole('status').getByText(text).waitFor();
  }

  /** Opens an operation in the list. */
  async choose(operation: string): Promise<void> {
    await this.page.locator('.operations').getByRole('button', { name: operation, exact: true }).click();
    await until(`${operation} is in the editor`, async () =>
      new RegExp(`^(query|mutation) ${operation}\\b`, 'm').test(await this.textOf('operation.graphql')),
    );
  }

  /** Runs the operation in the editors. @returns the shown response */
  async execute(): Promise<any> {
    await this.page.evaluate(
      "__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('response.json')).setValue('')",
    );
    await this.page.getByRole('button', { name: /^Execute/ }).click();
    await until('an answer is shown', async () => (await this.textOf('response.json')) !== '');
    return JSON.parse(await this.textOf('response.json'));
  }

  /** Opens an operation, runs it unchanged, and waits for a text in the shown response. */
  async run(operation: string, text: string): Promise<void> {
    await this.choose(operation);
    await this.execute();
    await this.page.locator('.graphiql-response').getByText(text).first().waitFor();
  }

  /** Complete text of an editor, which shows only a part of it. */
  textOf(editor: 'operation.graphql' | 'variables.json' | 'response.json'): Promise<string> {
    return this.page.evaluate(
      `globalThis.__MONACO?.editor.getModels().find(({ uri }) => uri.path.endsWith('${editor}'))?.getValue() ?? ''`,
    );
  }
}
