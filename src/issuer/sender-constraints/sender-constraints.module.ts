import { Module } from '@nestjs/common';
import { Registry, type SenderConstraint } from '@countersign/oauth';
import { SENDER_CONSTRAINTS } from './constraints.js';
import { DpopNonceSource } from './dpop-nonce-source.js';
import { SENDER_CONSTRAINT_REGISTRY, SenderProver } from './sender-prover.js';

@Module({
  providers: [
    DpopNonceSource,
    ...SENDER_CONSTRAINTS,
    {
      provide: SENDER_CONSTRAINT_REGISTRY,
      inject: SENDER_CONSTRAINTS,
      useFactory: (...constraints: SenderConstraint[]) => new Registry('sender constraint', constraints),
    },
    SenderProver,
  ],
  exports: [DpopNonceSource, SENDER_CONSTRAINT_REGISTRY, SenderProver],
})
export class SenderConstraintsModule {}
