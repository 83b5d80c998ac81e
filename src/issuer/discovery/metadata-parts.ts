import { Inject, Injectable } from '@nestjs/common';
import { CLIENT_ASSERTION_ALGS, Registry, type ClientAuthMethod, type Grant, type SenderConstraint, type Zone } from '@countersign/oauth';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { isMicroserviceAuthMethod } from '../../directory/microservice-identities/index.js';
import { Configuration, issuerOf, zonesWithCertificates } from '../../platform/config/index.js';
import { CLIENT_AUTH_REGISTRY } from '../client-auth/index.js';
import { SENDER_CONSTRAINT_REGISTRY } from '../sender-constraints/index.js';
import { ALGORITHMS_OF_ZONE } from '../signing-keys/index.js';
import { GRANT_REGISTRY } from '../token-issuance/index.js';
import { MetadataDocumentsPart } from './metadata-documents-part.js';
import type { MetadataPart } from './metadata-part.js';
import { OpenIdPart } from './openid-part.js';

@Injectable()
export class EndpointsPart implements MetadataPart {
  readonly name = 'endpoints';
  constructor(private readonly configuration: Configuration) {}

  metadata(zone: Zone): Record<string, unknown> {
    const { settings } = this.configuration;
    const issuer = issuerOf(settings, zone);
    return {
      issuer,
      ...endpointsAt(issuer),
      jwks_uri: `${issuer}/.well-known/jwks.json`,
      service_documentation: `${settings.PUBLIC_URL}/docs`,
      // RFC 8705 §5: where clients with certificates find the endpoints. The internal listener asks for them anyway.
      ...(zone === 'external' && settings.MTLS_URL && { mtls_endpoint_aliases: endpointsAt(settings.MTLS_URL) }),
    };
  }
}

function endpointsAt(base: string): Record<string, string> {
  return {
    token_endpoint: `${base}/oauth/token`,
    revocation_endpoint: `${base}/oauth/revoke`,
    introspection_endpoint: `${base}/oauth/introspect`,
  };
}

/** Where people are asked: in the external zone alone. */
@Injectable()
export class AuthorizationPart implements MetadataPart {
  readonly name = 'authorization';
  constructor(private readonly configuration: Configuration) {}

  metadata(zone: Zone): Record<string, unknown> {
    if (zone !== 'external') return { response_types_supported: [] };
    const { PUBLIC_URL, REQUIRE_PUSHED_AUTHORIZATION_REQUESTS, DYNAMIC_REGISTRATION } = this.configuration.settings;
    return {
      authorization_endpoint: `${PUBLIC_URL}/oauth/authorize`,
      // RFC 9126 §5.
      pushed_authorization_request_endpoint: `${PUBLIC_URL}/oauth/par`,
      // RFC 8628 §4.
      device_authorization_endpoint: `${PUBLIC_URL}/oauth/device_authorization`,
      // RFC 7591; where nobody can register, nothing says that anybody could.
      ...(DYNAMIC_REGISTRATION !== 'off' && { registration_endpoint: `${PUBLIC_URL}/oauth/register` }),
      require_pushed_authorization_requests: REQUIRE_PUSHED_AUTHORIZATION_REQUESTS,
      response_types_supported: ['code'],
      response_modes_supported: ['query'],
      prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
      // RFC 9207 §3: in every answer, so that apps can tell issuers apart.
      authorization_response_iss_parameter_supported: true,
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
    };
  }
}

@Injectable()
export class GrantsPart implements MetadataPart {
  readonly name = 'grants';
  constructor(@Inject(GRANT_REGISTRY) private readonly grants: Registry<Grant>) {}

  metadata(zone: Zone): Record<string, unknown> {
    const usable = [...this.grants].filter(({ zones }) => zones?.includes(zone) ?? true).map(({ name }) => name);
    // RFC 8414 §2: left out, these would mean authorization_code and implicit; an empty list means there is none.
    return { grant_types_supported: usable, code_challenge_methods_supported: ['S256'] };
  }
}

@Injectable()
export class ClientAuthPart implements MetadataPart {
  readonly name = 'client authentication';
  private readonly zones: readonly Zone[];

  constructor(
    @Inject(CLIENT_AUTH_REGISTRY) private readonly methods: Registry<ClientAuthMethod>,
    { settings }: Configuration,
  ) {
    this.zones = zonesWithCertificates(settings);
  }

  metadata(zone: Zone): Record<string, unknown> {
    // Microservices share no secrets with anybody.
    const usable = [...this.methods].filter(({ name, zones }) =>
      zone === 'external' ? (zones?.includes(zone) ?? true) : isMicroserviceAuthMethod(name),
    );
    const names = usable.flatMap((method) => method.metadataNames);
    return {
      token_endpoint_auth_methods_supported: names,
      token_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGS,
      revocation_endpoint_auth_methods_supported: names,
      revocation_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGS,
      introspection_endpoint_auth_methods_supported: this.introspectors(zone),
      introspection_endpoint_auth_signing_alg_values_supported: CLIENT_ASSERTION_ALGS,
      // RFC 9701 §7.
      introspection_signing_alg_values_supported: ALGORITHMS_OF_ZONE[zone],
      // RFC 8705 §3.3, where there is a way to show a certificate.
      ...(this.zones.includes(zone) && { tls_client_certificate_bound_access_tokens: true }),
    };
  }

  /** RFC 7662 §2.1: no public clients. Guards of internal APIs come with a secret of the API, where no service of ours may. */
  private introspectors(zone: Zone): string[] {
    const usable = [...this.methods].filter(
      ({ name, zones }) =>
        name !== 'none' &&
        (zones?.includes(zone) ?? true) &&
        (zone === 'external' || name === 'client_secret' || isMicroserviceAuthMethod(name)),
    );
    return usable.flatMap((method) => method.metadataNames);
  }
}

@Injectable()
export class SenderConstraintsPart implements MetadataPart {
  readonly name = 'sender constraints';
  constructor(@Inject(SENDER_CONSTRAINT_REGISTRY) private readonly constraints: Registry<SenderConstraint>) {}

  metadata(zone: Zone): Record<string, unknown> {
    return Object.assign({}, ...[...this.constraints].map((constraint) => constraint.metadata?.(zone))) as Record<string, unknown>;
  }
}

@Injectable()
export class ApisPart implements MetadataPart {
  readonly name = 'apis';
  constructor(private readonly apis: ApiCatalogue) {}

  metadata(zone: Zone): Record<string, unknown> {
    const system = this.apis.list().filter((api) => api.system && api.zone === zone);
    return {
      scopes_supported: [...new Set(system.flatMap((api) => api.scopes))].sort(),
      // RFC 9728 §4: URLs, which the names of internal services are not.
      ...(zone === 'external' && { protected_resources: system.map((api) => api.identifier) }),
      access_token_signing_alg_values_supported: ALGORITHMS_OF_ZONE[zone],
    };
  }
}

/** In the order of the document. */
export const METADATA_PARTS = [
  EndpointsPart,
  AuthorizationPart,
  GrantsPart,
  ClientAuthPart,
  SenderConstraintsPart,
  ApisPart,
  OpenIdPart,
  MetadataDocumentsPart,
];
