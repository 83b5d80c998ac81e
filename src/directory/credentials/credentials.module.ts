import { Module } from '@nestjs/common';
import { ClientSecrets } from './client-secrets.service.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import { LastUsed } from './last-used.js';

@Module({ providers: [ClientSecretsRepository, ClientSecrets, LastUsed], exports: [ClientSecrets, LastUsed] })
export class CredentialsModule {}
