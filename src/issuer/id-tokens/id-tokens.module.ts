import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/index.js';
import { IdTokens } from './id-tokens.js';

@Module({ imports: [SigningKeysModule], providers: [IdTokens], exports: [IdTokens] })
export class IdTokensModule {}
