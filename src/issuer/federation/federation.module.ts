import { Module } from '@nestjs/common';
import { AdministrationModule } from '../../directory/administration/index.js';
import { TrustedIssuersModule } from '../../directory/trusted-issuers/index.js';
import { ClientsModule } from '../clients/index.js';
import { ForeignAssertions } from './foreign-assertions.service.js';
import { IssuerKeys } from './issuer-keys.js';
import { RuleTesterController } from './rule-tester.controller.js';
import { RuleTester } from './rule-tester.service.js';
import { UsedAssertionsRepository } from './used-assertions.repository.js';

@Module({
  imports: [AdministrationModule, ClientsModule, TrustedIssuersModule],
  controllers: [RuleTesterController],
  providers: [IssuerKeys, ForeignAssertions, RuleTester, UsedAssertionsRepository],
  exports: [ForeignAssertions],
})
export class FederationModule {}
