import { KekProvider } from '#libs/encryption';
import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { DataSource } from 'typeorm';
import { WriteProbe } from './write-probe.js';

type Health = 'ok' | 'failing';
type Part = 'database' | 'migrations' | 'keyRing';

@Controller()
export class HealthController {
  private looking: ReturnType<HealthController['look']> | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keks: KekProvider,
    private readonly writes: WriteProbe,
  ) {}

  /** The process runs and answers. Ignores the database: a restart would not solve its problems. */
  @Get('livez')
  livez(): { status: Health } {
    return { status: 'ok' };
  }

  /** Whether requests can be served, by component. Status 503 when they cannot. */
  @Get('readyz')
  async readyz(@Res({ passthrough: true }) reply: FastifyReply) {
    // Not authenticated, so concurrent callers share one check. Otherwise they could overload the database.
    const { checks, reasons } = await (this.looking ??= this.look().finally(() => (this.looking = undefined)));
    const status: Health = Object.values(checks).every((health) => health === 'ok') ? 'ok' : 'failing';
    reply.code(status === 'ok' ? 200 : 503);
    return { status, checks, ...(Object.keys(reasons).length > 0 && { reasons }) };
  }

  private async look(): Promise<{ checks: Record<Part, Health>; reasons: Partial<Record<Part, string>> }> {
    const reads = await healthOf(this.dataSource.query('SELECT 1').then(() => true));
    if (reads === 'failing') return { checks: { database: reads, migrations: reads, keyRing: reads }, reasons: {} };

    const [migrations, keyRing] = [
      await healthOf(this.dataSource.showMigrations().then((pending) => !pending)),
      await healthOf(this.opensEveryKey()),
    ];
    const database = await this.writes.fault();
    const keyRingFault = keyRing === 'failing' ? this.keks.faultNow?.() : null;
    return {
      checks: { database: database === null ? 'ok' : 'failing', migrations, keyRing },
      reasons: { ...(database !== null && { database }), ...(keyRingFault && { keyRing: keyRingFault }) },
    };
  }

  private async opensEveryKey(): Promise<boolean> {
    const used = await this.dataSource.query<{ kekId: string }[]>(
      'SELECT DISTINCT kek_id AS kekId FROM encryption_key',
    );
    // What was read before is still in use. After a restart, it could not be read.
    if (this.keks.faultNow?.()) return false;
    for (const { kekId } of used) if (!(await this.keks.has(kekId))) return false;
    return true;
  }
}

async function healthOf(check: Promise<boolean>): Promise<Health> {
  return (await check.catch(() => false)) ? 'ok' : 'failing';
}
