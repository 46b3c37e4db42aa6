import { faultInTags, faultInVendorsTags } from './tags.js';

describe('Tags', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: '' }));

  it('in every script, and forty of them, are valid', () => {
    expect(faultInTags([{ key: 'équipe:月', value: 'a b+c=d@e/f_g.h-i' }])).toBeNull();
    expect(faultInTags(many(40))).toBeNull();
  });

  it.each([
    ['aws:owner', '', /reserved for AWS/],
    ['AWS:owner', '', /reserved for AWS/],
    ['owner', 'Aws:x', /reserved for AWS/],
    ['', 'x', /1 to 128/],
    [' team', 'x', /1 to 128/],
    ['k'.repeat(129), '', /1 to 128/],
    ['team', 'v'.repeat(257), /256/],
    ['team', '<b>', /only/],
    ['te\u0000am', '', /only/],
  ])('with the key %p and the value %p are invalid', (key, value, fault) => {
    expect(
      faultInTags([
        { key: 'fine', value: '' },
        { key, value },
      ]),
    ).toMatch(fault);
  });

  it('have different keys, and are at most forty', () => {
    const fault = 'must have keys that differ in more than letter case';
    expect(faultInTags([...many(1), ...many(1)])).toBe(fault);
    expect(faultInTags([...many(1), { key: 'K0', value: 'x' }])).toBe(fault);
    expect(faultInTags(many(41))).toBe('must have at most 40 entries, but have 41');
  });
});

describe("the vendor's tags", () => {
  it.each([
    ['managed-by', true],
    ['MANAGED-BY', true],
    ['Managed-by', true],
    ['managed-by-subscription', true],
    ['Managed-By-Subscription', true],
    ['managed-by-team', false],
    ['managed-bystander', false],
    ['managed', false],
    ['not-managed-by', false],
  ])('%s is reserved: %s', (key, isReserved) => {
    const fault = faultInVendorsTags(
      [
        { key: 'team', value: 'orders' },
        { key, value: 'x' },
      ],
      'managed-by',
    );
    if (isReserved) expect(fault).toContain('tag 2 has a key that is reserved');
    else expect(fault).toBeNull();
  });
});
