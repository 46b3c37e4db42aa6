export { ActorKind, gateway, operator, type Actor } from './actor.js';
export { Events, type NewEvent } from './events.js';
export { EventsModule } from './events.module.js';
export { EventRow, TypeOrmEvents } from './typeorm/typeorm-events.js';
