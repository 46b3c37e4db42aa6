import fc from 'fast-check';
import { Gateway } from '../support/gateway.js';
import { deleteSubscription, hostedAccount, numberOf, stepsWith } from '../support/steps.js';

const errors = 'userErrors { code }';
const mutations = {
  claim: `mutation ($input: ClaimProvisioningWorkInput!) { claimProvisioningWork(input: $input) { work { subscriptionId claimId kind isStopRequested } ${errors} } }`,
  report: `mutation ($input: ReportProvisioningInput!) { reportProvisioning(input: $input) { work { isStopRequested } ${errors} } }`,
  complete: `mutation ($input: CompleteProvisioningInput!) { completeProvisioning(input: $input) { status ${errors} } }`,
  fail: `mutation ($input: FailProvisioningInput!) { failProvisioning(input: $input) { status ${errors} } }`,
  update: `mutation ($input: UpdateSubscriptionInput!) { updateSubscription(input: $input) { subscription { status } ${errors} } }`,
  retry: `mutation ($input: RetrySubscriptionInput!) { retrySubscription(input: $input) { subscription { status } ${errors} } }`,
};

type Status = 'PENDING' | 'ACTIVE' | 'CHANGE_PENDING' | 'DELETING' | 'ERROR' | 'DELETED';
type Kind = 'BUILD' | 'CHANGE' | 'TEAR_DOWN';

/** Model of one subscription, as short as possible. */
class Model {
  status: Status = 'PENDING';
  work: { kind: Kind; isClaimed: boolean; isStopRequested: boolean } | null = this.fresh('BUILD');
  private hasBeenTouched = false;
  private failed: Kind = 'BUILD';

  private fresh(kind: Kind) {
    return { kind, isClaimed: false, isStopRequested: false };
  }

  private get refusal(): string | null {
    if (this.status === 'DELETED') return 'SUBSCRIPTION_ALREADY_ENDED';
    return this.status === 'DELETING' ? 'SUBSCRIPTION_BEING_DELETED' : null;
  }

  rename(): string | null {
    return this.refusal;
  }

  reconfigure(): string | null {
    if (this.refusal) return this.refusal;
    if (this.status === 'ERROR') return 'SUBSCRIPTION_IN_ERROR';
    if (this.work?.isClaimed) return 'SUBSCRIPTION_BUSY';
    if (this.status === 'ACTIVE') [this.status, this.work] = ['CHANGE_PENDING', this.fresh('CHANGE')];
    return null;
  }

  delete(): string | null {
    if (this.refusal) return this.refusal;
    if (this.status === 'PENDING' && !this.hasBeenTouched) [this.status, this.work] = ['DELETED', null];
    else {
      this.status = 'DELETING';
      if (this.work?.isClaimed) this.work.isStopRequested = true;
      else this.work = this.fresh('TEAR_DOWN');
    }
    return null;
  }

  retry(): string | null {
    if (this.status === 'DELETED') return 'SUBSCRIPTION_ALREADY_ENDED';
    if (this.status !== 'ERROR') return 'SUBSCRIPTION_NOT_IN_ERROR';
    this.status = ({ BUILD: 'PENDING', CHANGE: 'CHANGE_PENDING', TEAR_DOWN: 'DELETING' } as const)[this.failed];
    this.work = this.fresh(this.failed);
    return null;
  }

  claim(): { kind: Kind; isStopRequested: boolean } | null {
    if (!this.work || this.work.isClaimed) return null;
    if (this.work.isStopRequested) this.work = this.fresh('TEAR_DOWN');
    this.work.isClaimed = true;
    this.hasBeenTouched = true;
    return { kind: this.work.kind, isStopRequested: false };
  }

  loseLease(): void {
    if (this.work) this.work.isClaimed = false;
  }

  end(how: 'complete' | 'fail'): string | null {
    if (!this.work?.isClaimed) return 'PROVISIONING_LEASE_LOST';
    const { kind, isStopRequested } = this.work;
    if (isStopRequested) this.work = this.fresh('TEAR_DOWN');
    else if (how === 'fail') [this.status, this.work, this.failed] = ['ERROR', null, kind];
    else [this.status, this.work] = [kind === 'TEAR_DOWN' ? 'DELETED' : 'ACTIVE', null];
    return null;
  }
}

const step = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom('claim', 'complete', 'reconfigure') },
  { weight: 2, arbitrary: fc.constantFrom('fail', 'retry', 'report', 'lose lease') },
  { weight: 1, arbitrary: fc.constantFrom('rename', 'delete') },
);

describe('every sequence of operations on a subscription', () => {
  let gateway: Gateway;
  let provisioner: string;
  const { createSubscription } = stepsWith(() => gateway);

  beforeAll(async () => {
    gateway = await Gateway.start();
    provisioner = await gateway.newKey({ role: 'PROVISIONER' }, 1);
  });
  afterAll(() => gateway.stop());

  const one = async (mutation: string, input: object, key?: string) =>
    Object.values<any>(await gateway.ask(mutation, { input }, key))[0];
  const code = ({ userErrors }: any) => userErrors[0]?.code ?? null;

  it('follows the rules', async () => {
    const statuses = new Set<string>();
    let names = 0;
    const history = async (steps: readonly string[]) => {
      await gateway.sql('DELETE FROM provisioning_work');
      const { id } = await createSubscription(hostedAccount);
      const model = new Model();
      let claimId = 'none';
      const read = async () =>
        (
          await gateway.ask(
            'query ($id: ID!) { cloudSubscription(id: $id) { version status isActive provisioning { kind isClaimed isStopRequested } } }',
            { id },
          )
        ).cloudSubscription;
      const update = async (change: object) =>
        code(await one(mutations.update, { id, expectedVersion: (await read()).version, ...change }));
      const told = { subscriptionId: id, claimId: '' };

      for (const what of steps) {
        told.claimId = claimId;
        if (what === 'rename') expect(await update({ name: `Name ${++names}` })).toBe(model.rename());
        if (what === 'reconfigure') expect(await update({ plan: `plan ${++names}` })).toBe(model.reconfigure());
        if (what === 'delete') expect(code(await one(deleteSubscription, { id }))).toBe(model.delete());
        if (what === 'retry') expect(code(await one(mutations.retry, { id }))).toBe(model.retry());
        if (what === 'claim') {
          const { work: works } = await one(mutations.claim, { limit: 5 }, provisioner);
          const expected = model.claim();
          expect(works).toMatchObject(expected ? [{ subscriptionId: id, ...expected }] : []);
          claimId = works[0]?.claimId ?? claimId;
        }
        if (what === 'report') {
          const { work } = await one(mutations.report, told, provisioner);
          expect(work).toEqual(model.work?.isClaimed ? { isStopRequested: model.work.isStopRequested } : null);
        }
        if (what === 'complete') expect(code(await one(mutations.complete, told, provisioner))).toBe(model.end(what));
        if (what === 'fail')
          expect(code(await one(mutations.fail, { ...told, message: 'No.' }, provisioner))).toBe(model.end(what));
        if (what === 'lose lease') {
          await gateway.sql("UPDATE provisioning_work SET lease_until = '2026-01-01' WHERE subscription_id = ?", [
            numberOf(id),
          ]);
          model.loseLease();
        }
        const { status, isActive, provisioning } = await read();
        statuses.add(status);
        expect({ status, isActive, provisioning }).toEqual({
          status: model.status,
          isActive: model.status !== 'DELETED',
          provisioning: model.work,
        });
      }
    };

    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 16 }), history), {
      numRuns: 25,
      seed: 1,
      endOnFailure: true,
    });
    expect([...statuses].sort()).toEqual(['ACTIVE', 'CHANGE_PENDING', 'DELETED', 'DELETING', 'ERROR', 'PENDING']);
  });
});
