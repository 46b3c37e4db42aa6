import type { Browser, BrowserContext, Page } from 'playwright-core';
import { startChromium } from '../support/chromium.js';
import { PlaygroundPage } from '../support/playground-page.js';
import { usePlaces } from '../support/places.js';
import type { GatewayProcess } from '../support/process.js';
import { until } from '../support/until.js';

const execute = '.graphiql-execute-button';

describe('The playground with a keyboard alone', () => {
  const newPlace = usePlaces();
  let browser: Browser;
  let context: BrowserContext;
  let gateway: GatewayProcess;
  let playground: PlaygroundPage;
  let page: Page;

  beforeAll(async () => {
    const place = await newPlace();
    [browser, gateway] = await Promise.all([startChromium(), place.start()]);
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    playground = await PlaygroundPage.open(context, gateway);
    ({ page } = playground);
    await until('the page is complete', () => page.locator(execute).isVisible());
  });
  afterEach(() => page.close());

  const press = (key: string) => page.keyboard.press(key);
  const isFocused = (selector: string) => page.evaluate<boolean>(`document.activeElement.matches('${selector}')`);
  /** Style of the focused element that differs from the one without focus. */
  const outline = () =>
    page.evaluate<string>(
      `(({ outlineStyle, outlineWidth }) => outlineStyle + ' ' + outlineWidth)(getComputedStyle(document.activeElement))`,
    );

  /** Presses Tab until `selector` has the focus. @returns the number of presses */
  async function tabTo(selector: string): Promise<number> {
    for (let presses = 1; presses <= 40; presses++) {
      await press('Tab');
      expect(await page.evaluate('document.activeElement !== document.body')).toBe(true);
      expect(await outline()).toBe('solid 2px');
      if (await isFocused(selector)) return presses;
    }
    throw new Error(`40 times Tab do not lead to ${selector}`);
  }

  async function enterKey(): Promise<void> {
    expect(await isFocused('#key')).toBe(true);
    await page.keyboard.insertText(gateway.key);
    await press('Enter');
    await playground.says('The gateway accepts this key.');
  }

  it('reaches Run with ten presses of Tab after the key field, with or without the key, and with two by the skip link', async () => {
    expect(await isFocused('#key')).toBe(true);
    expect(await tabTo(execute)).toBeLessThanOrEqual(10);

    await page.reload();
    await until('the page is complete', () => page.locator(execute).isVisible());
    await enterKey();
    expect(await isFocused('.skip')).toBe(true);
    expect(await tabTo(execute)).toBeLessThanOrEqual(10);
    await page.getByRole('button', { name: 'Forget' }).focus();
    expect(await tabTo('.skip')).toBe(1);
    await press('Enter');
    expect(await isFocused(execute)).toBe(true);
    await press('Enter');
    await page.locator('.graphiql-response').getByText('"ACTIVE"').waitFor();
  });

  it('opens operations with the arrow keys, edits them, and leaves the editors', async () => {
    await enterKey();
    await tabTo('.operations button');
    await press('ArrowDown');
    await press('Enter');
    await until('BeginSubscription is open', async () =>
      (await playground.textOf('operation.graphql')).includes('mutation BeginSubscription'),
    );
    await press('Home');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('CreateAccount');
    await press('End');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('DeleteWatchedAccount');

    await tabTo('.graphiql-query-editor .graphiql-editor');
    await press('Enter');
    await page.keyboard.insertText('# Typed\n');
    await until('the text is in the editor', async () =>
      (await playground.textOf('operation.graphql')).startsWith('# Typed'),
    );
    await press('Escape');
    expect(await isFocused('.graphiql-editor')).toBe(true);
    await tabTo(execute);
  });

  it('moves through every stop of the page and back to the first', async () => {
    await enterKey();
    const stops: string[] = [];
    do {
      await press('Tab');
      stops.push(await page.evaluate<string>('document.activeElement.outerHTML.slice(0, 200)'));
    } while (!(await isFocused('body, .skip')) && stops.length < 60);

    expect(stops.length).toBeLessThan(25);
    expect(new Set(stops).size).toBe(stops.length);
  });
});
