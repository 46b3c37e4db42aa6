import { AccessModule, RoleGuard } from '#libs/access';
import { IamSetupModule, type IamSetupSettings } from '#libs/iam-setup';
import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { DomainWiringModule } from './domain-wiring.module.js';
import { GatewayGraphQLModule } from './graphql/graphql.module.js';
import { UserErrorsInterceptor } from './graphql/errors/user-errors.interceptor.js';
import { ValidateInputPipe } from './graphql/variables/validate-input.pipe.js';
import { HttpErrorsFilter } from './http/http-errors.filter.js';
import { PlatformModule, type Platform } from './platform.module.js';
import { HealthController } from './rest/health.controller.js';
import { WriteProbe } from './rest/write-probe.js';
import { IamSetupController } from './rest/iam-setup.controller.js';

/** The composition root. */
@Module({})
export class AppModule {
  static of(platform: Platform, iamSetup: IamSetupSettings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PlatformModule.of(platform),
        DomainWiringModule,
        AccessModule,
        IamSetupModule.of(iamSetup),
        GatewayGraphQLModule,
      ],
      controllers: [HealthController, IamSetupController],
      providers: [
        WriteProbe,
        { provide: APP_GUARD, useClass: RoleGuard },
        { provide: APP_PIPE, useClass: ValidateInputPipe },
        { provide: APP_INTERCEPTOR, useClass: UserErrorsInterceptor },
        { provide: APP_FILTER, useClass: HttpErrorsFilter },
      ],
    };
  }
}
