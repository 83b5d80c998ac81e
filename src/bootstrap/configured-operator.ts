import { Injectable } from '@nestjs/common';
import { ServicePrincipalSource, OperatorSeeding, type OperatorSeed } from '../directory/service-principals/index.js';
import { Configuration } from '../platform/config/index.js';
import { SecretDigests } from '../platform/crypto/index.js';
import { Log } from '../platform/logging/index.js';

/** A headless first start: the operator's credentials come from the configuration and are never written anywhere. */
@Injectable()
export class ConfiguredOperator {
  constructor(
    private readonly operators: OperatorSeeding,
    private readonly principals: ServicePrincipalSource,
    private readonly digests: SecretDigests,
    private readonly configuration: Configuration,
    private readonly log: Log,
  ) {}

  async seed(grants: OperatorSeed['grants']): Promise<void> {
    const { OPERATOR_CLIENT_ID: clientId, OPERATOR_CLIENT_SECRET: secret } = this.configuration.settings;
    if (clientId && secret) {
      const { created } = await this.operators.seed({ clientId, clientSecret: secret.reveal(), grants });
      if (!created && !(await this.hasSecret(clientId, secret.reveal()))) {
        this.log.warn('operator.kept', {
          client_id: clientId,
          setting: 'OPERATOR_CLIENT_SECRET',
          reason: 'the operator exists and keeps its secrets; rotate them by the management API',
        });
      }
    } else if (!(await this.operators.exists()))
      this.log.warn('operator.missing', { missing: ['OPERATOR_CLIENT_ID', 'OPERATOR_CLIENT_SECRET'] });
  }

  private async hasSecret(clientId: string, secret: string): Promise<boolean> {
    const operator = await this.principals.find(clientId);
    return operator !== undefined && this.digests.match(secret, operator.secrets) !== undefined;
  }
}
