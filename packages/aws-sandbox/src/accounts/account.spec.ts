import { accountOf, userOf } from './account.js';

const characters = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'];
const parts = characters.flatMap((first) => characters.map((second) => first + second));

describe('what follows from an access key id', () => {
  it('is an AWS account of its own for every two characters', () => {
    const ids = parts.map((part) => accountOf(part, 'us-east-1').id);

    expect(new Set(ids).size).toBe(1296);
    expect(ids.filter((id) => !/^9000\d{8}$/.test(id))).toEqual([]);
  });

  it('is a user of its own for every two characters in it, with an id unlike any in another account', () => {
    const users = ['00', 'A1', 'ZZ'].flatMap((account) =>
      parts.map((part) => userOf(accountOf(account, 'us-east-1'), part)),
    );

    expect(new Set(users.map(({ id }) => id)).size).toBe(3 * 1296);
    expect(new Set(users.map(({ arn }) => arn)).size).toBe(3 * 1296);
    expect(users.filter(({ id }) => !/^AIDASANDBOX[A-Z0-9]{10}$/.test(id))).toEqual([]);
  });
});
