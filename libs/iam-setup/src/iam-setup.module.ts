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
      providers: [shared, IamSetupService, IamSetupResolver],
      exports: [IamSetupSettings, IamSetupService],
    };
  }
}
