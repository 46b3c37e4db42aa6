import { closestName } from './closest-name.js';

describe('the closest name', () => {
  const names = ['accessKeyId', 'secretAccessKey', 'name'];

  it.each([
    ['acessKeyId', 'accessKeyId'],
    ['secret_access_key', 'secretAccessKey'],
    ['NAME', 'name'],
    ['nmae', 'name'],
  ])('to %s is %s', (word, name) => {
    expect(closestName(word, names)).toBe(name);
  });

  it.each(['', 'wJalrXUtnFEMI', 'colour', 'n'.repeat(100_000)])('is none for other words', (word) => {
    expect(closestName(word, names)).toBeUndefined();
  });
});
