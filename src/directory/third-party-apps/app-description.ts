import type { JSONWebKeySet } from 'jose';
import type { ClientType } from './app-authentication.policy.js';
import type { AppGrantType } from './app-grant-types.policy.js';

/** What an app says about itself at the address that is its id, once it has been judged. */
export interface AppDescription {
  readonly name: string;
  /** The host of the address: all that is sure of it. */
  readonly publisher: string;
  readonly clientType: ClientType;
  readonly authMethod: 'none' | 'private_key_jwt';
  readonly jwks: JSONWebKeySet | null;
  readonly jwksUri: string | null;
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly AppGrantType[];
  readonly logoUri: string | null;
  readonly policyUri: string | null;
  readonly tosUri: string | null;
}
