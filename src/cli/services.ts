import { IamSetupModule } from '#libs/iam-setup';
import { readConfig, type Config } from '../config.js';
import { Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { refuseWrongUser } from '../database/file-owner.js';
import { prepareDatabase, type PreparedDatabase } from '../database/prepare-database.js';
import { DomainWiringModule } from '../domain-wiring.module.js';
import { PlatformModule, type Platform } from '../platform.module.js';

/** Returns the service of this class. */
export type Service = <S>(type: new (...args: never[]) => S) => S;

/** Runs a command with the services of the gateway on its database, without the server. */
export async function withServices<T>(
  use: (service: Service, prepared: PreparedDatabase) => Promise<T>,
  config: Config = readConfig(process.env),
): Promise<T> {
  refuseWrongUser(config);
  const prepared = await prepareDatabase(config.database, config.keyRingFile, { mayBeEmpty: false });
  let app: INestApplicationContext | undefined;
  try {
    const timeoutMs = config.awsTimeoutMs;
    const gatewayIdentity = { arn: config.iamSetup.gatewayIdentityArn, timeoutMs };
    const { accountsPerAwsAccount } = config;
    const platform: Platform = { ...prepared, endpoints: { timeoutMs }, gatewayIdentity, accountsPerAwsAccount };
    @Module({ imports: [PlatformModule.of(platform), IamSetupModule.of(config.iamSetup), DomainWiringModule] })
    class CliModule {}
    app = await NestFactory.createApplicationContext(CliModule, { logger: false, abortOnError: false });
    return await use((type) => app!.get(type as never, { strict: false }), prepared);
  } finally {
    await app?.close();
    await prepared.dataSource.destroy();
  }
}
