import type { Browser, BrowserContext } from 'playwright-core';
import { groups, nameOf, operations, type Operation } from '../../web/playground/operations/index.js';
import { startChromium } from '../support/chromium.js';
import { cliAnswer } from '../support/cli.js';
import { PlaygroundPage } from '../support/playground-page.js';
import { usePlaces } from '../support/places.js';
import type { GatewayProcess } from '../support/process.js';
import { until } from '../support/until.js';

describe('The operations of the playground, with a new gateway and the sandbox,', () => {
  const newPlace = usePlaces();
  let browser: Browser;
  let context: BrowserContext;
  let gateway: GatewayProcess;
  let provisioner: string;
  let playground: PlaygroundPage;

  beforeAll(async () => {
    const place = await newPlace();
    [browser, gateway] = await Promise.all([startChromium(), place.start()]);
    const role = ['--role', 'PROVISIONER', '--introspection'];
    [{ key: provisioner }] = await cliAnswer(
      place,
      'api-keys',
      'create',
      '--tenant',
      '1',
      '--name',
      'Builder',
      ...role,
    );
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    playground = await PlaygroundPage.open(context, gateway);
    await playground.useKey(gateway.key);
  });
  afterEach(() => playground.page.close());

  async function answerOf(operation: Operation): Promise<any> {
    await playground.choose(nameOf(operation));
    return playground.execute();
  }
  const named = (name: string) => operations.find((operation) => nameOf(operation) === name)!;
  const findDrift = () =>
    until('drift is found', async () => {
      await answerOf(named('CheckDrift'));
      return (await answerOf(named('DriftFindings'))).data.driftFindings.nodes.length > 0;
    });
  const isValue = (refusal: string) => refusal.startsWith('<');
  const isSuccess = ({ data, errors }: any) =>
    !errors && Object.values<any>(data).every((payload) => payload !== null && !payload.userErrors?.length);

  it.each(groups.map(({ title, operations }) => [title, operations] as const))(
    'work from first to last: %s',
    async (_, ofGroup) => {
      let key = gateway.key;
      for (const operation of ofGroup) {
        const needed = operation.role ? provisioner : gateway.key;
        if (needed !== key) await playground.useKey((key = needed));

        // A resource is checked some seconds after its report.
        if (operation.refusal === '<driftFindings.id>') await findDrift();
        const answer = await answerOf(operation);
        const found = isSuccess(answer) ? 'success' : JSON.stringify(answer);
        expect([nameOf(operation), found]).toEqual([
          nameOf(operation),
          operation.refusal && !isValue(operation.refusal) ? expect.stringContaining(operation.refusal) : 'success',
        ]);
      }
      expect(playground.complaints).toEqual([]);
    },
  );

  it('that need a value say so until a response showed it', async () => {
    const { errors } = await answerOf(named('AcknowledgeDrift'));

    expect(errors[0].message).toMatch(/<driftFindings\.id> yet\. Run the operations of this group in their order/);
  });

  it('of the role PROVISIONER are FORBIDDEN with another key', async () => {
    const { errors } = await answerOf(operations.find(({ role }) => role === 'PROVISIONER')!);

    expect(errors[0].extensions.code).toBe('FORBIDDEN');
  });

  it('have no markers in the editors, and wrong variables have some', async () => {
    const { page } = playground;
    // Monaco validates with a delay after a change, and then sets the schema of the variables.
    await page.evaluate(
      'globalThis.validations = 0; __MONACO.languages.json.jsonDefaults.onDidChange(() => validations++)',
    );
    const validations = () => page.evaluate<number>('validations');
    const markers = () =>
      page.evaluate<string[]>(`(async () => {
        const { uri } = __MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('variables.json'));
        const worker = await (await __MONACO.languages.json.getWorker())(uri);
        const ofVariables = await worker.doValidation(uri.toString());
        return [...ofVariables, ...__MONACO.editor.getModelMarkers({})].map(({ message }) => message);
      })()`);

    const found: Record<string, string[]> = {};
    for (const operation of [...operations.slice(1), operations[0]!]) {
      const before = await validations();
      await playground.choose(nameOf(operation));
      await until('the editors were validated', async () => (await validations()) > before);
      found[nameOf(operation)] = await markers();
    }

    expect(found).toEqual(Object.fromEntries(operations.map((operation) => [nameOf(operation), []])));
    await page.evaluate(
      `__MONACO.editor.getModels().find(({ uri }) => uri.path.endsWith('variables.json')).setValue('{ "input": { "name": 1 } }')`,
    );
    await until('the variables are marked', async () => (await markers()).length > 0);
  });

  it('are found by words of their group, their name or their text', async () => {
    const { page } = playground;
    const shown = () => page.locator('.operation-groups button').allTextContents();
    expect(await shown()).toEqual(operations.map(nameOf));

    await page.getByLabel('Search operations').fill('rotation cancel');

    expect(await shown()).toEqual(['CancelRotation']);
    await page.getByLabel('Search operations').fill('nothing like this');
    await page.getByText('No operation matches.').waitFor();
  });
});
