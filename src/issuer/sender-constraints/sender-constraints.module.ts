import { Module } from '@nestjs/common';
import { SenderProver } from './sender-prover.js';

@Module({ providers: [SenderProver], exports: [SenderProver] })
export class SenderConstraintsModule {}
