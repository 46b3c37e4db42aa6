import { spawnSync } from 'node:child_process';
import { chownSync, lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { commands } from '../../src/cli/commands.js';
import { runCli } from '../support/cli.js';
import { usePlaces } from '../support/places.js';
import { projectFolder, type Place } from '../support/process.js';
import { until } from '../support/until.js';

/** User `nobody`, which exists on every Linux. */
const uid = 65534;
/** Only root can become another user, who must be able to read the program. */
const mayBecome =
  process.geteuid?.() === 0 &&
  spawnSync(process.execPath, [join(projectFolder, 'dist/bundle/cli.js'), '--version'], { uid }).status === 0;

(mayBecome ? describe : describe.skip)('A gateway of another user, and root,', () => {
  const newPlace = usePlaces();

  /** Every file with its owner. */
  const filesOf = ({ dataDir }: Place) =>
    readdirSync(dataDir).map((name) => [name, lstatSync(join(dataDir, name)).uid]).sort(); // prettier-ignore
  const placeOfNobody = async () => {
    const place = await newPlace();
    chownSync(dirname(place.dataDir), uid, uid);
    return place;
  };
  const asNobody = (place: Place, ...args: string[]) =>
    runCli({ dataDir: place.dataDir, databaseUrl: undefined, uid }, ...args);
  const required: Record<string, string> = { id: 'kek-00000000', account: '1001', tenant: '2', role: 'OWNER', provider: 'AWS' }; // prettier-ignore
  const opening = Object.entries(commands).filter(([name]) => !/^(start|api-keys generate|sandbox .*|iam-setup .*)$/.test(name)); // prettier-ignore

  it('who runs a command gets the name of the owner, and leaves no file behind', async () => {
    const place = await placeOfNobody();
    await (await place.start({}, { uid })).stop();
    const before = filesOf(place);

    const { code, output } = await place.refused();
    expect([code, output]).toEqual([1, expect.stringContaining('sudo -u nobody cloud-account-gateway …')]);
    for (const [name, { options = {} }] of opening) {
      const values = Object.entries(options).filter(([option, { isRequired }]) => isRequired || (option === 'id' && /^tenants (suspend|resume|remove)$/.test(name))).flatMap(([option, { isNumber }]) => [`--${option}`, isNumber ? '2' : (required[option] ?? 'x')]); // prettier-ignore
      const answer = await runCli(place, ...name.split(' '), ...values, '--json');
      expect([name, answer.code, answer.stdout]).toEqual([name, 1, '']);
      expect(answer.stderr).toMatch(/ belongs to the user nobody, and this command runs as root\. Run it as that user: sudo -u nobody /); // prettier-ignore
      expect(answer.stderr).not.toContain('chown');
    }
    expect(filesOf(place)).toEqual(before);
    expect(await asNobody(place, 'keyring', 'rotate')).toMatchObject({ code: 0 });
  });

  it('who removes access to the key ring is noticed by /readyz, and by the next start', async () => {
    const place = await placeOfNobody();
    const gateway = await place.start({}, { uid });
    const readyz = async () => (await fetch(`${gateway.url}/readyz`)).json();

    chownSync(place.keyRingFile, 0, 0);
    await until('the gateway notices', async () => (await readyz()).status === 'failing');
    expect(await readyz()).toMatchObject({
      checks: { database: 'ok', keyRing: 'failing' },
      reasons: { keyRing: 'The key ring file cannot be opened (EACCES).' },
    });
    chownSync(place.keyRingFile, uid, uid);
    await until('the gateway reads it again', async () => (await readyz()).status === 'ok');

    await gateway.stop();
    chownSync(place.keyRingFile, 0, 0);
    const { code, output } = await place.refused({}, { uid });
    expect(code).toBe(1);
    expect(output).toContain(`${place.keyRingFile} cannot be opened (EACCES). It belongs to the user root.`);
    expect(output).toContain(`sudo chown ${uid} '${place.keyRingFile}'`);
  });

  it('who left a lock is named, with a remediation', async () => {
    const place = await placeOfNobody();
    await (await place.start({}, { uid })).stop();
    chownSync(`${place.keyRingFile}.lock`, 0, 0);

    const { code, stderr } = await asNobody(place, 'keyring', 'rotate');

    expect(code).toBe(1);
    expect(stderr).toContain(
      `its lock file belongs to the user root. It contains no data and can be deleted. Run: sudo rm`,
    );
  });
});
