/** Takes docs/images/playground.png: the playground after its third operation. See CONTRIBUTING.md. */
import { join } from 'node:path';
import { startChromium } from './chromium.js';
import { PlaygroundPage } from './playground-page.js';
import { inPlace, projectFolder } from './process.js';
import { until } from './until.js';

await inPlace('SQLite', async (place) => {
  const gateway = await place.start();
  const browser = await startChromium();
  const context = await browser.newContext({ viewport: { width: 1440, height: 810 }, colorScheme: 'light' });
  const playground = await PlaygroundPage.open(context, gateway);
  await playground.useKey(gateway.key);
  for (const operation of ['CreateAccount', 'BeginSubscription', 'SeeDeletionRefused']) {
    await playground.choose(operation);
    await playground.execute();
  }
  await playground.page.locator('.graphiql-response').getByText('CLOUD_ACCOUNT_IN_USE').first().waitFor();
  const markers = () => playground.page.evaluate<number>('__MONACO.editor.getModelMarkers({}).length');
  await until('the editors have been validated', async () => (await markers()) === 0);
  await playground.page.screenshot({ path: join(projectFolder, 'docs/images/playground.png') });
  await browser.close();
});
