import { Module, type OnModuleInit } from '@nestjs/common';
import { isId } from '../../platform/crypto/index.js';
import { ClientSecrets } from './client-secrets.service.js';
import { ClientSecretsRepository } from './client-secrets.repository.js';
import { LastUsed } from './last-used.js';

@Module({ providers: [ClientSecretsRepository, ClientSecrets, LastUsed], exports: [ClientSecrets, LastUsed] })
export class CredentialsModule implements OnModuleInit {
  constructor(
    private readonly uses: LastUsed,
    private readonly secrets: ClientSecretsRepository,
  ) {}

  onModuleInit(): void {
    this.uses.add({
      name: 'client_secrets',
      owns: (id) => isId(id, 'sec'),
      setLastUsed: (tx, uses) => this.secrets.setLastUsed(tx, uses),
    });
  }
}
