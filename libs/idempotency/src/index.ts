export { faultInIdempotencyKey, idempotencyKeyDescription } from './idempotency-key.js';
export { idempotencyErrors } from './idempotency.errors.js';
export { IdempotencyModule } from './idempotency.module.js';
export { Idempotency, type Remember } from './idempotency.js';
export { ClaimRow } from './typeorm/typeorm-claims.js';
