import type { Browser, BrowserContext, Page } from 'playwright-core';
import { newApiKeyToken } from '../../libs/access/src/api-key-token.js';
import { startChromium } from '../support/chromium.js';
import { PlaygroundPage } from '../support/playground-page.js';
import { usePlaces } from '../support/places.js';
import type { GatewayProcess, Place } from '../support/process.js';
import { cliAnswer } from '../support/cli.js';
import { createApiKey, numberOf, revokeApiKey } from '../support/steps.js';
import { until } from '../support/until.js';

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

  const visit = () => PlaygroundPage.open(context, gateway);
  const storedTabs = (page: Page) => page.evaluate<string>('sessionStorage.getItem("graphiql:tabState")');

  it('leads from an API key to a deleted account, step by step, and calls no other origin', async () => {
    const playground = await visit();
    const { page, complaints } = playground;
    await playground.enterKey(` ${gateway.key} `);
    await playground.says('The gateway accepts this key.');

    await playground.run('CreateAccount', '"ACTIVE"');
    await playground.run('BeginSubscription', '"PENDING"');
    await playground.run('SeeDeletionRefused', '"CLOUD_ACCOUNT_IN_USE"');
    await playground.run('EndSubscription', '"DELETED"');
    await playground.run('DeleteAccount', '"userErrors": []');

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

  it('remembers the API key for its own browser tab, until it is told to forget it', async () => {
    const playground = await visit();
    const { page } = playground;
    await playground.enterKey(gateway.key);
    await playground.says('The gateway accepts this key.');

    await page.reload();
    await playground.says('The gateway accepts this key.');
    await (await visit()).page.getByLabel('API key').waitFor();
    await page.getByRole('button', { name: 'Forget' }).click();
    await page.reload();

    await page.getByLabel('API key').waitFor();
    expect(await page.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain('gwk_');
  });

  it('restores the open operation, its variables and the tabs after a reload, and after back and forward', async () => {
    const playground = await visit();
    const { page } = playground;
    await playground.useKey(gateway.key);
    const variables = await playground.textOf('variables.json');
    expect(variables).toContain('AKIASANDBOXWORKSA1U1');

    await page.reload();
    await until('the variables are there', async () => (await playground.textOf('variables.json')) === variables);
    await playground.says('The gateway accepts this key.');
    const { data } = await playground.execute();
    expect(data.createCloudAccount.cloudAccount.status).toBe('ACTIVE');

    // An edited operation keeps its tab: the next one opens in another.
    await page.locator('.graphiql-editor-tool .monaco-editor').click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText('12345');
    await until('the edit is stored', async () => (await storedTabs(page)).includes('12345'));
    await playground.choose('DeleteAccount');
    expect(await page.getByRole('tab').count()).toBe(2);
    await until('the tabs are stored', async () => (await storedTabs(page)).includes('mutation DeleteAccount'));
    await page.goto('about:blank');
    await page.goBack();

    await until('DeleteAccount is open', async () =>
      (await playground.textOf('operation.graphql')).includes('mutation DeleteAccount'),
    );
    expect(await playground.textOf('variables.json')).toContain('<cloudAccount.id>');
    await playground.choose('CreateAccount');
    expect(await playground.textOf('variables.json')).toBe('12345');
    await page.getByRole('button', { name: 'Close Tab' }).first().click();
    await playground.choose('CreateAccount');
    expect(await playground.textOf('variables.json')).toBe(variables);
    await playground.run('DeleteAccount', '"userErrors": []');

    const other = await visit();
    await other.page.getByLabel('API key').waitFor();
    await until('the first operation is open', async () => (await other.textOf('variables.json')) === variables);
  });

  it.each<[string, string, (key: { id: string; secret: string }) => Promise<unknown>]>([
    [
      'expired',
      'This key has expired.',
      ({ id }) => place.execute(`UPDATE api_key SET expires_at = '2026-01-01 00:00:00.000' WHERE id = ${numberOf(id)}`),
    ],
    ['revoked', 'This key was revoked.', ({ id }) => gateway.ask(revokeApiKey, { input: { id } })],
  ])('says that a key is %s, whether it is entered or was used before', async (_, said, end) => {
    const input = { name: 'Short', role: 'VIEWER', canIntrospect: true };
    const { apiKey, secret } = (await gateway.ask(createApiKey, { input })).createApiKey;
    const before = await visit();
    await before.useKey(secret);
    await end({ ...apiKey, secret });
    await until(
      'the gateway refuses the key',
      async () => (await gateway.send('{ __typename }', {}, secret)).status === 401,
    );

    await before.page.getByRole('button', { name: /^Execute/ }).click();
    await before.says(said);
    const playground = await visit();
    await playground.enterKey(secret);
    await playground.says(said);
    await playground.useKey(gateway.key);
  });

  it('does not call the API without an API key, and explains a refused one', async () => {
    const playground = await visit();
    const { page } = playground;
    const asked: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/graphql')) asked.push(request.url());
    });
    await playground.run('CreateAccount', 'Enter an API key first');
    expect(asked).toEqual([]);

    await playground.enterKey(`${gateway.key.slice(0, -1)}_`);

    await playground.says('This is not a complete API key');
    expect(asked).not.toEqual([]);
    await playground.enterKey(newApiKeyToken().token.reveal());
    await playground.says('The gateway does not accept this key.');
    await playground.enterKey(gateway.key);
    await playground.says('The gateway accepts this key.');
  });

  it('runs operations with an API key that cannot introspect, and explains what it lacks', async () => {
    const playground = await visit();
    const { page } = playground;
    const input = { name: 'Narrow', role: 'VIEWER', canIntrospect: false };
    const { createApiKey: made } = await gateway.ask(createApiKey, { input });
    await playground.enterKey(made.secret);

    await page.getByText('This key cannot introspect').waitFor();
    await playground.run('ErrorCatalog', '"errorCatalog"');
  });

  it('names a command that creates another API key', async () => {
    const playground = await visit();
    const { page } = playground;
    const [, command = ''] = (await page.getByRole('status').locator('code').textContent())!.split(
      'cloud-account-gateway ',
    );
    const [{ key }] = await cliAnswer(place, ...command.split(' '));

    await playground.enterKey(key);

    await playground.says('The gateway accepts this key.');
    await playground.run('CreateKey', '"gwk_live_');
  });

  const away = { errors: [{ message: 'Away.', extensions: { code: 'DATABASE_UNAVAILABLE' } }] };
  it.each<[string, Parameters<Page['route']>[1], string]>([
    ['nobody answers', (route) => route.abort(), 'The gateway does not answer.'],
    ['a proxy answers', (route) => route.fulfill({ status: 502, body: '<html>' }), 'The gateway does not answer.'],
    [
      'the database is away',
      (route) => route.fulfill({ status: 503, json: away }),
      'The gateway cannot check this key',
    ],
  ])('says when %s, and no longer when that is over', async (_, trouble, said) => {
    const playground = await visit();
    const { page } = playground;
    await page.route('**/graphql', trouble);
    await playground.enterKey(gateway.key);
    await page.getByRole('status').getByText(said).waitFor();

    await page.unroute('**/graphql');
    await playground.run('ErrorCatalog', '"errorCatalog"');

    await playground.says('The gateway accepts this key.');
  });

  it('has room for the docs and the editor on a narrow screen', async () => {
    const playground = await visit();
    const { page } = playground;
    await page.setViewportSize({ width: 420, height: 900 });
    await playground.enterKey(gateway.key);
    await playground.says('The gateway accepts this key.');

    await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await page.getByText('Root Types').waitFor();

    for (const part of ['.graphiql-doc-explorer', '.graphiql-query-editor', '.graphiql-response'])
      expect((await page.locator(part).boundingBox())!.width).toBeGreaterThan(280);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(420);
  });
});
