import './node-version.js';

const { serve } = await import('./serve.js');
await serve();

export {};
