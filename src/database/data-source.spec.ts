import { jest } from '@jest/globals';
import { dataSourceFor } from './data-source.js';

describe('The database', () => {
  it('never logs the contents of a slow statement', async () => {
    const written: unknown[] = [];
    const note = (...texts: unknown[]) => !!written.push(...texts);
    const spies = [
      jest.spyOn(console, 'warn').mockImplementation(note as never),
      jest.spyOn(console, 'log').mockImplementation(note as never),
      jest.spyOn(process.stdout, 'write').mockImplementation(note),
    ];
    try {
      const { logger } = await dataSourceFor({ file: ':memory:' });
      logger.logQuerySlow(10_001, 'SELECT * FROM api_key WHERE key_id = ?', ['CaNaRy']);
    } finally {
      for (const spy of spies) spy.mockRestore();
    }

    expect(written.join()).toContain('took 10001 ms');
    expect(written.join()).not.toMatch(/CaNaRy|api_key/);
  });
});
