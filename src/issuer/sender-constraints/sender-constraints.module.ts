import { Module } from '@nestjs/common';
import { Registry, type SenderConstraint } from '@countersign/oauth';
import { ApiResourcesModule } from '../../directory/api-resources/index.js';
import { SENDER_CONSTRAINTS } from './constraints.js';
import { DpopNonceSource } from './dpop-nonce-source.js';
import { OwnApiConstraints } from './own-api-constraints.js';
import { SENDER_CONSTRAINT_REGISTRY, SenderProver } from './sender-prover.js';
import { SharedReplayStore } from './shared-replay-store.js';

@Module({
  imports: [ApiResourcesModule],
  providers: [
    DpopNonceSource,
    OwnApiConstraints,
    SharedReplayStore,
    ...SENDER_CONSTRAINTS,
    {
      provide: SENDER_CONSTRAINT_REGISTRY,
      inject: SENDER_CONSTRAINTS,
      useFactory: (...constraints: SenderConstraint[]) => new Registry('sender constraint', constraints),
    },
    SenderProver,
  ],
  exports: [OwnApiConstraints, SENDER_CONSTRAINT_REGISTRY, SenderProver],
})
export class SenderConstraintsModule {}
