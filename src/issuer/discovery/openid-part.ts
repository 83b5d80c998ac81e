import { Injectable } from '@nestjs/common';
import type { Zone } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import { ID_TOKEN_ALG } from '../id-tokens/index.js';
import { LOGOUT_PATH } from '../logout/index.js';
import { ACR_VALUES } from '../sessions/index.js';
import { IDENTITY_SCOPE_REGISTRY, USERINFO_PATH } from '../userinfo/index.js';
import type { MetadataPart } from './metadata-part.js';

/** Of every ID token (OpenID Connect Core §2). */
const ID_TOKEN_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce', 'auth_time', 'acr', 'amr', 'sid', 'at_hash', 'org_id'];

/** OpenID Connect Discovery §3. Nobody signs in to the internal zone. */
@Injectable()
export class OpenIdPart implements MetadataPart {
  readonly name = 'openid';
  constructor(private readonly configuration: Configuration) {}

  metadata(zone: Zone): Record<string, unknown> {
    if (zone !== 'external') return {};
    const { PUBLIC_URL } = this.configuration.settings;
    return {
      userinfo_endpoint: PUBLIC_URL + USERINFO_PATH,
      // OpenID Connect RP-Initiated Logout §2.1. Nothing calls the other apps of a person when one of them signs the person out.
      end_session_endpoint: PUBLIC_URL + LOGOUT_PATH,
      frontchannel_logout_supported: false,
      backchannel_logout_supported: false,
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [ID_TOKEN_ALG],
      acr_values_supported: ACR_VALUES,
      claim_types_supported: ['normal'],
      claims_supported: [...ID_TOKEN_CLAIMS, ...[...IDENTITY_SCOPE_REGISTRY].flatMap(({ claims }) => claims)],
      claims_parameter_supported: false,
    };
  }
}
