// Nest as most people write it: Express, Apollo with its defaults, TypeORM repositories, DataLoader, ValidationPipe.
import 'reflect-metadata';
import type { IncomingMessage } from 'node:http';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GraphQLModule } from '@nestjs/graphql';
import { TypeOrmModule } from '@nestjs/typeorm';
import { settings } from '../data/settings.js';
import { AccountsService } from './accounts.service.js';
import { AuthService } from './auth.service.js';
import * as entities from './entities.js';
import { RequestContext } from './request-context.js';
import {
  AccountConnectionResolver,
  AccountResolver,
  AccountSubscriptionsResolver,
  SubscriptionResolver,
  ViewerResolver,
} from './resolvers.js';
import { SubscriptionsService } from './subscriptions.service.js';

const { ApiKey, CloudAccount, CloudAccountHealth, Event, ProvisioningWork, Subscription, Tenant } = entities;

@Module({
  imports: [TypeOrmModule.forFeature([ApiKey, Tenant])],
  providers: [AuthService],
  exports: [AuthService],
})
class AuthModule {}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'mariadb',
      url: settings.databaseUrl,
      timezone: 'Z',
      entities: [ApiKey, CloudAccount, CloudAccountHealth, Event, ProvisioningWork, Subscription, Tenant],
    }),
    TypeOrmModule.forFeature([CloudAccount, Subscription]),
    AuthModule,
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [AuthModule],
      inject: [AuthService],
      useFactory: (auth: AuthService) => ({
        autoSchemaFile: true,
        context: async ({ req }: { req: IncomingMessage }) => ({
          request: new RequestContext(await auth.authenticate(req.headers.authorization)),
        }),
      }),
    }),
  ],
  providers: [
    AccountsService,
    SubscriptionsService,
    AccountResolver,
    AccountConnectionResolver,
    AccountSubscriptionsResolver,
    SubscriptionResolver,
    ViewerResolver,
  ],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
await app.listen(settings.port, '127.0.0.1');
