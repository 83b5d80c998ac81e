import { Module } from '@nestjs/common';
import { FamiliesReaction } from './families-reaction.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';
import { RefreshTokens } from './refresh-tokens.service.js';

@Module({ providers: [FamiliesReaction, RefreshTokensRepository, RefreshTokens], exports: [RefreshTokens] })
export class RefreshTokensModule {}
