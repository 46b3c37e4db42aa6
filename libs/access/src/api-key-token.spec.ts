import { newApiKeyToken, parseApiKeyToken } from './api-key-token.js';

describe('an API key token', () => {
  it('can be parsed after it is created', () => {
    const { keyId, token } = newApiKeyToken();

    expect(parseApiKeyToken(token.reveal())?.keyId).toBe(keyId);
    expect(token.reveal()).toMatch(/^gwk_live_[0-9A-Za-z]{44}$/);
  });

  it('is refused with any changed character', () => {
    const text = newApiKeyToken().token.reveal();
    for (let i = 'gwk_live_'.length; i < text.length; i++) {
      const changed = text.slice(0, i) + (text[i] === 'x' ? 'y' : 'x') + text.slice(i + 1);
      expect(parseApiKeyToken(changed)).toBeNull();
    }
  });

  it.each(['', 'gwk_live_', 'x'.repeat(53), 'gwk_live_' + 'é'.repeat(44)])(
    'is not accepted in another format',
    (text) => {
      expect(parseApiKeyToken(text)).toBeNull();
    },
  );

  it('is different every time', () => {
    const tokens = Array.from({ length: 1000 }, () => newApiKeyToken().token.reveal());
    expect(new Set(tokens).size).toBe(1000);
  });
});
