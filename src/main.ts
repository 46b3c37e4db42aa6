import './node-version.js';
import './compile-cache.js';

const { runCommandLine } = await import('./cli/main.js');
await runCommandLine(['start', ...process.argv.slice(2)]);

export {};
