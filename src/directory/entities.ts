import { ApiKey } from './api-keys/index.js';
import { ApiResource, ApiScope } from './api-resources/index.js';
import { CallPolicy } from './call-policies/index.js';
import { ClientSecret } from './credentials/index.js';
import { IdentityProvider } from './identity-providers/index.js';
import { Microservice } from './microservice-identities/index.js';
import { Org } from './orgs/index.js';
import { ServicePrincipal, ServicePrincipalGrant } from './service-principals/index.js';
import { ThirdPartyApp } from './third-party-apps/index.js';
import { TrustedIssuer } from './trusted-issuers/index.js';
import { Member, User } from './users/index.js';

/** Every entity of the directory, for the data source. */
export const DIRECTORY_ENTITIES = [
  Org,
  ApiResource,
  ApiScope,
  ClientSecret,
  ServicePrincipal,
  ServicePrincipalGrant,
  Microservice,
  CallPolicy,
  TrustedIssuer,
  ThirdPartyApp,
  User,
  Member,
  IdentityProvider,
  ApiKey,
];
