import { Module } from '@nestjs/common';
import { Claims } from './claims.js';
import { Idempotency } from './idempotency.js';
import { TypeOrmClaims } from './typeorm/typeorm-claims.js';

@Module({
  providers: [Idempotency, { provide: Claims, useClass: TypeOrmClaims }],
  exports: [Idempotency],
})
export class IdempotencyModule {}
