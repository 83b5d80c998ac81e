import { Module } from '@nestjs/common';
import { AuthorizationCodesRepository } from './authorization-codes.repository.js';
import { AuthorizationCodes } from './authorization-codes.service.js';

@Module({ providers: [AuthorizationCodesRepository, AuthorizationCodes], exports: [AuthorizationCodes] })
export class AuthorizationCodesModule {}
