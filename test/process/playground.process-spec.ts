import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { usePlaces } from '../support/places.js';
import { inherited, projectFolder, type GatewayProcess, type Place } from '../support/process.js';
import { createApiKey } from '../support/steps.js';

describe('The playground in a browser', () => {
  const newPlace = usePlaces();
  let browser: Browser;
  let context: BrowserContext;
  let place: Place;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    place = await newPlace();
    [browser, gateway] = await Promise.all([startChromium(), place.start()]);
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(() => browser.close());

  /** A browser tab with the playground, and everything said of it that should not have to be said. */
  async function visit(): Promise<{ page: Page; complaints: string[] }> {
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
    // Chromium tells the console, too, but not of everything.
    await page.addInitScript(
      "document.addEventListener('securitypolicyviolation', (v) => console.error(`${v.effectiveDirective} forbids ${v.blockedURI}`))",
    );
    await page.goto(`${gateway.url}/playground`);
    return { page, complaints };
  }

  async function giveKey(page: Page, key: string): Promise<void> {
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Use key' }).click();
  }

  /** Opens a tab, runs it as it stands, and waits for a text in the answer that is shown. */
  async function run(page: Page, tab: string, text: string): Promise<void> {
    // The tab that is open has a button of its own in its name.
    await page.getByRole('tab', { name: new RegExp(`^${tab}( Close Tab)?$`) }).click();
    await page.getByRole('button', { name: /^Execute/ }).click();
    await page.locator('.graphiql-response').getByText(text).first().waitFor();
  }

  it('walks from a key to a deleted account, tab by tab, and keeps to itself', async () => {
    const { page, complaints } = await visit();
    await giveKey(page, ` ${gateway.key} `);
    await page.getByText('The gateway knows this key.').waitFor();

    await run(page, 'CreateAccount', '"ACTIVE"');
    await run(page, 'BeginSubscription', '"PENDING"');
    await run(page, 'SeeDeletionRefused', '"CLOUD_ACCOUNT_IN_USE"');
    await run(page, 'EndSubscription', '"DELETED"');
    await run(page, 'DeleteAccount', '"userErrors": []');

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();
    await page.getByRole('button', { name: 'Sandbox keys' }).click();
    await page.getByRole('dialog').getByText('AKIASANDBOXNROLEA3U1').waitFor();

    expect(complaints).toEqual([]);
    expect(page.url()).toBe(`${gateway.url}/playground`);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    expect((await context.storageState()).origins).toEqual([]);
    expect(await page.evaluate(() => sessionStorage.getItem('graphiql:tabState'))).not.toContain('gwk_');
  });

  it('remembers the key for its own browser tab, until it is told to forget it', async () => {
    const { page } = await visit();
    await giveKey(page, gateway.key);
    await page.getByText('The gateway knows this key.').waitFor();

    await page.reload();
    await page.getByText('The gateway knows this key.').waitFor();
    await (await visit()).page.getByLabel('API key').waitFor();
    await page.getByRole('button', { name: 'Forget' }).click();
    await page.reload();

    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('gwk_');
  });

  it('asks nothing of the API without a key, and says what is wrong with a refused one', async () => {
    const { page } = await visit();
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql')) asked.push(request.url());
    });
    await run(page, 'CreateAccount', 'Put in an API key first');
    expect(asked).toEqual([]);

    await giveKey(page, `${gateway.key.slice(0, -1)}_`);

    await page.getByText('The gateway does not know this key.').waitFor();
    expect(asked).not.toEqual([]);
    await giveKey(page, gateway.key);
    await page.getByText('The gateway knows this key.').waitFor();
  });

  it('runs operations with a key that may not introspect, and says what that key lacks', async () => {
    const { page } = await visit();
    const input = { name: 'Narrow', role: 'VIEWER', mayIntrospect: false };
    const { createApiKey: made } = await gateway.ask(createApiKey, { input });
    await giveKey(page, made.secret);

    await page.getByText('This key may not introspect').waitFor();
    await run(page, 'ErrorCatalog', '"errorCatalog"');
  });

  it('names a command that makes another key', async () => {
    const { page } = await visit();
    const [, command = ''] = (await page.getByRole('status').locator('code').textContent())!.split(' -- ');
    const env = { ...inherited, DATA_DIR: place.dataDir };
    const program = join(projectFolder, 'dist/bundle/cli.js');
    const [{ key }] = JSON.parse(
      String(execFileSync(process.execPath, [program, ...command.split(' '), '--json'], { env })),
    );

    await giveKey(page, key);

    await page.getByText('The gateway knows this key.').waitFor();
    await run(page, 'CreateKey', '"gwk_live_');
  });

  const away = { errors: [{ message: 'Away.', extensions: { code: 'DATABASE_UNAVAILABLE' } }] };
  it.each<[string, Parameters<Page['route']>[1], string]>([
    ['nobody answers', (route) => route.abort(), 'The gateway does not answer.'],
    ['a proxy answers', (route) => route.fulfill({ status: 502, body: '<html>' }), 'The gateway does not answer.'],
    ['the database is away', (route) => route.fulfill({ status: 503, json: away }), 'The gateway cannot tell just now'],
  ])('says when %s, and no longer when that is over', async (_, trouble, said) => {
    const { page } = await visit();
    await page.route('**/graphql', trouble);
    await giveKey(page, gateway.key);
    await page.getByRole('status').getByText(said).waitFor();

    await page.unroute('**/graphql');
    await run(page, 'ErrorCatalog', '"errorCatalog"');

    await page.getByText('The gateway knows this key.').waitFor();
  });

  it('has room for the docs and the editor on a narrow screen', async () => {
    const { page } = await visit();
    await page.setViewportSize({ width: 420, height: 900 });
    await giveKey(page, gateway.key);
    await page.getByText('The gateway knows this key.').waitFor();

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();

    for (const part of ['.graphiql-doc-explorer', '.graphiql-query-editor', '.graphiql-response'])
      expect((await page.locator(part).boundingBox())!.width).toBeGreaterThan(280);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420);
  });
});
