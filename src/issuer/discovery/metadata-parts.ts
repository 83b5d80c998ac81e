import { Inject, Injectable } from '@nestjs/common';
import { ACCESS_TOKEN_ALGS, CLIENT_ASSERTION_ALGS, Registry, type ClientAuthMethod, type Grant } from '@countersign/oauth';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { Configuration } from '../../platform/config/index.js';
import { CLIENT_AUTH_REGISTRY } from '../client-auth/index.js';
import { GRANT_REGISTRY } from '../token-issuance/index.js';
import type { MetadataPart } from './metadata-part.js';

@Injectable()
export class EndpointsPart implements MetadataPart {
  readonly name = 'endpoints';
  constructor(private readonly configuration: Configuration) {}

  metadata(): Record<string, unknown> {
    const { PUBLIC_URL: issuer } = this.configuration.settings;
    return {
      issuer,
      token_endpoint: `${issuer}/oauth/token`,
      revocation_endpoint: `${issuer}/oauth/revoke`,
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      service_documentation: `${issuer}/docs`,
    };
  }
}

@Injectable()
export class GrantsPart implements MetadataPart {
  readonly name = 'grants';
  constructor(@Inject(GRANT_REGISTRY) private readonly grants: Registry<Grant>) {}

  metadata(): Record<string, unknown> {
    // RFC 8414 §2: left out, these would mean authorization_code and implicit; an empty list means there is none.
    return { grant_types_supported: this.grants.names(), response_types_supported: [], code_challenge_methods_supported: ['S256'] };
  }
}

@Injectable()
export class ClientAuthPart implements MetadataPart {
  readonly name = 'client authentication';
  constructor(@Inject(CLIENT_AUTH_REGISTRY) private readonly methods: Registry<ClientAuthMethod>) {}

  metadata(): Record<string, unknown> {
    const names = [...this.methods].filter(({ zones }) => zones?.includes('external') ?? true).flatMap((method) => method.metadataNames);
    return {
      token_endpoint_auth_methods_supported: names,
      token_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGS,
      revocation_endpoint_auth_methods_supported: names,
      revocation_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGS,
    };
  }
}

@Injectable()
export class ApisPart implements MetadataPart {
  readonly name = 'apis';
  constructor(private readonly apis: ApiCatalogue) {}

  metadata(): Record<string, unknown> {
    const system = this.apis.list().filter((api) => api.system && api.zone === 'external');
    return {
      scopes_supported: [...new Set(system.flatMap((api) => api.scopes))].sort(),
      // RFC 9728 §4.
      protected_resources: system.map((api) => api.identifier),
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      access_token_signing_alg_values_supported: ACCESS_TOKEN_ALGS,
    };
  }
}

/** In the order of the document. */
export const METADATA_PARTS = [EndpointsPart, GrantsPart, ClientAuthPart, ApisPart];
