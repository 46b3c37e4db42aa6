import { Module } from '@nestjs/common';
import { AccessRecords } from './access-records.js';
import { AccessService } from './access.service.js';
import { TypeOrmAccessRecords } from './typeorm/typeorm-access-records.js';

@Module({
  providers: [AccessService, { provide: AccessRecords, useClass: TypeOrmAccessRecords }],
  exports: [AccessService],
})
export class AccessModule {}
