import { Module, type DynamicModule } from '@nestjs/common';
import { IamSetupResolver } from './graphql/iam-setup.resolver.js';
import { IamSetupService } from './iam-setup.service.js';
import { IamSetupSettings } from './iam-setup.js';

@Module({})
export class IamSetupModule {
  static of(settings: IamSetupSettings): DynamicModule {
    const shared = { provide: IamSetupSettings, useValue: settings };
    return {
      module: IamSetupModule,
      // What the operator says of setting up IAM is what accounts are held against, too.
      global: true,
      providers: [shared, IamSetupService, IamSetupResolver],
      exports: [IamSetupSettings, IamSetupService],
    };
  }
}
