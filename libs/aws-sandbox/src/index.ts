export { sandboxConsoleRole, sandboxExternalId } from './account.js';
export { sandboxSecret } from './access-key.js';
export type { SandboxAdmin } from './admin.js';
export { sandboxKeys, type SandboxKey } from './families.js';
export { startAwsSandbox, type AwsSandbox, type AwsSandboxOptions } from './http/server.js';
export type { SandboxFault } from './misfortunes.js';
export type { PolicyDocument } from './policy/policy-document.js';
export type { SandboxCall } from './state/call-log.js';
export type { FaultInjection } from './state/injected-faults.js';
