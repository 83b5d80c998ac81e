import { Module, type DynamicModule } from '@nestjs/common';
import { loadKeyMaterial } from './key-material.js';
import { PasswordHasher } from './password-hasher.js';
import { SecretDigests } from './secret-digests.js';
import { Sealer } from './sealer.js';
import type { Settings } from '../config/index.js';

@Module({})
export class CryptoModule {
  static forRoot(settings: Settings): DynamicModule {
    const material = loadKeyMaterial(settings);
    const providers = [
      { provide: Sealer, useValue: new Sealer(material) },
      { provide: SecretDigests, useValue: new SecretDigests(material) },
      PasswordHasher,
    ];
    return { module: CryptoModule, global: true, providers, exports: providers };
  }
}
