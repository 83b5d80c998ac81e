import { Module } from '@nestjs/common';
import { SigningKeysCheck } from './signing-keys.check.js';
import { SigningKeysController } from './signing-keys.controller.js';
import { SigningKeysRepository } from './signing-keys.repository.js';
import { SigningKeys } from './signing-keys.service.js';

@Module({ controllers: [SigningKeysController], providers: [SigningKeysRepository, SigningKeys, SigningKeysCheck], exports: [SigningKeys] })
export class SigningKeysModule {}
