import { KekProvider } from '#libs/encryption';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';

type Health = 'ok' | 'failing';

@Controller()
export class HealthController {
  private looking: Promise<Record<'database' | 'migrations' | 'keyRing', Health>> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keks: KekProvider,
  ) {}

  /** The process runs and answers. Says nothing of the database: a restart would not mend that. */
  @Get('livez')
  livez(): { status: Health } {
    return { status: 'ok' };
  }

  /** Whether requests can be served, part by part; 503 when they cannot. */
  @Get('readyz')
  async readyz(@Res({ passthrough: true }) reply: FastifyReply) {
    // Anybody may ask, as often as they like: one look for all who ask meanwhile, or they would keep the database from others.
    const checks = await (this.looking ??= this.look().finally(() => (this.looking = undefined)));
    const status: Health = Object.values(checks).every((health) => health === 'ok') ? 'ok' : 'failing';
    reply.code(status === 'ok' ? 200 : 503);
    const fault = this.keks.faultNow?.();
    return { status, checks, ...(checks.keyRing !== 'ok' && fault && { reasons: { keyRing: fault } }) };
  }

  private async look() {
    const database = await healthOf(this.dataSource.query('SELECT 1').then(() => true));
    return {
      database,
      migrations:
        database === 'ok' ? await healthOf(this.dataSource.showMigrations().then((pending) => !pending)) : database,
      keyRing: database === 'ok' ? await healthOf(this.opensEveryKey()) : database,
    };
  }

  private async opensEveryKey(): Promise<boolean> {
    const used = await this.dataSource.query<{ kekId: string }[]>(
      'SELECT DISTINCT kek_id AS kekId FROM encryption_key',
    );
    // What was read before still serves; a restart would find nothing that can be read.
    if (this.keks.faultNow?.()) return false;
    for (const { kekId } of used) if (!(await this.keks.has(kekId))) return false;
    return true;
  }
}

async function healthOf(check: Promise<boolean>): Promise<Health> {
  return (await check.catch(() => false)) ? 'ok' : 'failing';
}
