import { Controller, Get } from '@nestjs/common';

@Controller()
export class HealthController {
  /** The process runs and answers. Says nothing of the database: a restart would not mend that. */
  @Get('livez')
  livez(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
