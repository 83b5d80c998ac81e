import { Module } from '@nestjs/common';
import { AdministrationModule } from '../../directory/administration/index.js';
import { IdempotencyModule } from '../../platform/idempotency/index.js';
import { ClientsModule } from '../clients/index.js';
import { AuthoritiesRepository } from './authorities.repository.js';
import { AuthorityRotation } from './authority-rotation.js';
import { CertificateAuthoritiesController } from './certificate-authorities.controller.js';
import { CertificateAuthority } from './certificate-authority.service.js';
import { CertificateRefusals } from './certificate-refusals.js';
import { CertificateSubjects } from './certificate-subjects.js';
import { CertificatesController } from './certificates.controller.js';
import { Certificates } from './certificates.service.js';
import { ForeignBundles } from './foreign-bundles.js';
import { JoinTokenRedemption } from './join-token-redemption.js';
import { JoinTokensController } from './join-tokens.controller.js';
import { JoinTokensRepository } from './join-tokens.repository.js';
import { JoinTokens } from './join-tokens.service.js';
import { LeafIssuance } from './leaf-issuance.js';
import { SvidVerifier } from './svid-verifier.js';

@Module({
  imports: [AdministrationModule, ClientsModule, IdempotencyModule],
  controllers: [CertificateAuthoritiesController, CertificatesController, JoinTokensController],
  providers: [
    AuthoritiesRepository,
    AuthorityRotation,
    CertificateAuthority,
    CertificateRefusals,
    Certificates,
    CertificateSubjects,
    ForeignBundles,
    JoinTokenRedemption,
    JoinTokens,
    JoinTokensRepository,
    LeafIssuance,
    SvidVerifier,
  ],
  exports: [CertificateAuthority, Certificates, SvidVerifier],
})
export class CertificatesModule {}
