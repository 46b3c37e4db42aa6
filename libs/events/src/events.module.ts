import { Module } from '@nestjs/common';
import { Events } from './events.js';
import { TypeOrmEvents } from './typeorm/typeorm-events.js';

@Module({ providers: [{ provide: Events, useClass: TypeOrmEvents }], exports: [Events] })
export class EventsModule {}
