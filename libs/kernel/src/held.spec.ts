import { asHeld, type AccountReference, type Held } from './held.js';

describe('A held row', () => {
  const plain = { id: 1001, tenantId: 7, name: 'Production' };
  const change = (account: Held<AccountReference>) => account.id;

  it('is the same object', () => {
    expect(asHeld(plain)).toBe(plain);
    expect(asHeld(null)).toBeNull();
  });

  it('is distinguished from a plain row, and from a copy of a held one, by the compiler', () => {
    const held = asHeld(plain);

    expect(change(held)).toBe(1001);
    // @ts-expect-error it was not held
    change(plain);
    // @ts-expect-error it is another row
    change({ ...held, id: 1002 });
  });
});
