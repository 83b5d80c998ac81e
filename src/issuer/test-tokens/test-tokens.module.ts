import { Module } from '@nestjs/common';
import { SigningKeysModule } from '../signing-keys/index.js';
import { TestTokensController } from './test-tokens.controller.js';
import { TestTokens } from './test-tokens.service.js';

/** Only in the application where DANGEROUSLY_ENABLE_TEST_TOKENS is set. */
@Module({ imports: [SigningKeysModule], controllers: [TestTokensController], providers: [TestTokens] })
export class TestTokensModule {}
