export { CreateAccessAndKeys1795000000000 } from './1795000000000-create-access-and-keys.js';
export { CreateCloudAccounts1795000100000 } from './1795000100000-create-cloud-accounts.js';
export { CreateSubscriptions1795000200000 } from './1795000200000-create-subscriptions.js';
export { LetApiKeysEnd1795100000000 } from './1795100000000-let-api-keys-end.js';
export { CreateEvents1795200000000 } from './1795200000000-create-events.js';
export { LetApiKeysDiffer1795200100000 } from './1795200100000-let-api-keys-differ.js';
export { CreateCredentialUses1795300000000 } from './1795300000000-create-credential-uses.js';
export { RotateKeys1795330000000 } from './1795330000000-rotate-keys.js';
