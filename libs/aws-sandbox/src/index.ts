export { sandboxConsoleRole } from './account.js';
export { sandboxSecret } from './access-key.js';
export { sandboxKeys, type SandboxKey } from './families.js';
export { startAwsSandbox, type AwsSandbox } from './http/server.js';
