import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import {
  CountersignGuardModule,
  type CallerCredential,
  type CountersignGuardOptions,
  type ProtectedResourceOptions,
} from '@countersign/guards';
import { AccessTokenVerifier, TokenJudge } from '@countersign/resource-server';
import { BootstrapModule } from './bootstrap/index.js';
import { AdministrationModule } from './directory/administration/index.js';
import { ApiKeyCredential, ApiKeysModule } from './directory/api-keys/index.js';
import { ApiResourcesModule } from './directory/api-resources/index.js';
import { CallPoliciesModule } from './directory/call-policies/index.js';
import { CredentialsModule } from './directory/credentials/index.js';
import { DIRECTORY_ENTITIES } from './directory/entities.js';
import { IdentityProvidersModule } from './directory/identity-providers/index.js';
import { MicroserviceIdentitiesModule } from './directory/microservice-identities/index.js';
import { OrgsModule } from './directory/orgs/index.js';
import { ServicePrincipalsModule } from './directory/service-principals/index.js';
import { ThirdPartyAppsModule } from './directory/third-party-apps/index.js';
import { TrustMapModule } from './directory/trust-map/index.js';
import { TrustedIssuersModule } from './directory/trusted-issuers/index.js';
import { OwnUsage, UsageModule } from './directory/usage/index.js';
import { UsersModule } from './directory/users/index.js';
import { CertificatesModule } from './issuer/certificates/index.js';
import { AuthorizationModule } from './issuer/authorization/index.js';
import { AuthorizationCodesModule } from './issuer/authorization-codes/index.js';
import { ClientAuthModule } from './issuer/client-auth/index.js';
import { ConsentsModule } from './issuer/consents/index.js';
import { DeviceAuthorizationModule } from './issuer/device-authorization/index.js';
import { DeviceCodesModule } from './issuer/device-codes/index.js';
import { DiscoveryModule } from './issuer/discovery/index.js';
import { FederationModule } from './issuer/federation/index.js';
import { IntrospectionModule } from './issuer/introspection/index.js';
import { IdTokensModule } from './issuer/id-tokens/index.js';
import { LogoutModule } from './issuer/logout/index.js';
import { OwnAppsModule } from './issuer/own-apps/index.js';
import { RefreshTokensModule } from './issuer/refresh-tokens/index.js';
import { DynamicRegistrationModule } from './issuer/registration/dynamic/index.js';
import { RevocationModule, Revocations } from './issuer/revocation/index.js';
import { ProviderSignInModule } from './issuer/provider-sign-in/index.js';
import { OwnApiConstraints, SenderConstraintsModule } from './issuer/sender-constraints/index.js';
import { SessionCredential, SessionsModule } from './issuer/sessions/index.js';
import { ALGORITHMS_OF_ZONE, SigningKeys, SigningKeysModule } from './issuer/signing-keys/index.js';
import { TestTokensModule } from './issuer/test-tokens/index.js';
import { TokenIssuanceModule } from './issuer/token-issuance/index.js';
import { FormAccessToken, IdentityTokenVerifier, UserInfoModule, USERINFO_PATH } from './issuer/userinfo/index.js';
import { UsageReportsModule } from './issuer/usage-reports/index.js';
import { AuditModule } from './platform/audit/index.js';
import { AuditEventsModule } from './platform/audit-events/index.js';
import { ChangesModule } from './platform/changes/index.js';
import { Configuration, ConfigurationModule } from './platform/config/index.js';
import { CryptoModule } from './platform/crypto/index.js';
import { DatabaseModule, type DatabaseConnection } from './platform/database/index.js';
import { HealthModule } from './platform/health/index.js';
import { clientCertificateOf, createValidationPipe, ErrorFilter, guardHooks, ZoneGuard } from './platform/http/index.js';
import { IdempotencyModule } from './platform/idempotency/index.js';
import { Log, LoggingModule } from './platform/logging/index.js';
import { MetricsModule } from './platform/metrics/index.js';
import { CallerRateLimitModule, RateLimitModule } from './platform/rate-limit/index.js';
import { ReaperModule } from './platform/reaper/index.js';
import { SAASALYTICS_ENTITIES, SAASALYTICS_SERVICES, SaasalyticsModule } from './saasalytics/index.js';
import { PagesModule } from './web/pages/index.js';

const PLATFORM = [
  AuditModule,
  AuditEventsModule,
  ChangesModule,
  HealthModule,
  IdempotencyModule,
  MetricsModule,
  RateLimitModule,
  ReaperModule,
];
const DIRECTORY = [
  AdministrationModule,
  ApiKeysModule,
  ApiResourcesModule,
  CallPoliciesModule,
  CredentialsModule,
  IdentityProvidersModule,
  MicroserviceIdentitiesModule,
  OrgsModule,
  ServicePrincipalsModule,
  ThirdPartyAppsModule,
  TrustedIssuersModule,
  TrustMapModule,
  UsageModule,
  UsersModule,
];
const ISSUER = [
  AuthorizationCodesModule,
  AuthorizationModule,
  CertificatesModule,
  ClientAuthModule,
  ConsentsModule,
  DeviceAuthorizationModule,
  DeviceCodesModule,
  DiscoveryModule,
  DynamicRegistrationModule,
  FederationModule,
  IntrospectionModule,
  IdTokensModule,
  LogoutModule,
  OwnAppsModule,
  ProviderSignInModule,
  RefreshTokensModule,
  RevocationModule,
  SenderConstraintsModule,
  SessionsModule,
  SigningKeysModule,
  TokenIssuanceModule,
  UsageReportsModule,
  UserInfoModule,
];

/** What proves a caller beside the access token. */
const CALLER_CREDENTIALS = [ApiKeyCredential, SessionCredential] as const;

/** The APIs of this process, and what proves a caller to them: each zone's by its own issuer and keys. */
function guardOptions(
  { settings }: Configuration,
  keys: SigningKeys,
  revocations: Revocations,
  usage: OwnUsage,
  log: Log,
  constraints: OwnApiConstraints,
  ...credentials: CallerCredential[]
): CountersignGuardOptions {
  const ownApi = (path: string): ProtectedResourceOptions => {
    const identifier = settings.PUBLIC_URL + path;
    return { identifier, ...constraints.of(identifier) };
  };
  const internal = new AccessTokenVerifier({
    issuer: settings.INTERNAL_URL,
    keys: keys.verificationKeys.internal,
    algorithms: ALGORITHMS_OF_ZONE.internal,
    revocations: revocations.list,
  });
  const identity = new IdentityTokenVerifier({
    issuer: settings.PUBLIC_URL,
    keys: keys.verificationKeys.external,
    revocations: revocations.list,
  });
  const userInfo = ownApi(USERINFO_PATH);
  return {
    ...guardHooks(log, usage.record),
    credentials: [...credentials, new FormAccessToken(new TokenJudge({ verifier: identity, senderConstraint: userInfo.senderConstraint }))],
    // Found for every request alike, before any guard.
    certificateOf: (request) => clientCertificateOf({ raw: request }),
    issuer: settings.PUBLIC_URL,
    keys: keys.verificationKeys.external,
    revocations: revocations.list,
    resources: {
      management: ownApi('/v1'),
      analytics: ownApi('/analytics'),
      mcp: ownApi('/mcp'),
      identity: { ...userInfo, verifier: identity },
      ...Object.fromEntries(SAASALYTICS_SERVICES.map(({ name }) => [name, { identifier: name, verifier: internal }])),
    },
  };
}

/** The only file that knows every module. */
@Module({})
export class AppModule {
  static forRoot(configuration: Configuration, connection: DatabaseConnection, log: Log): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigurationModule.forRoot(configuration),
        LoggingModule.forRoot(log),
        CryptoModule.forRoot(configuration.settings),
        DatabaseModule.forRoot(connection, [...DIRECTORY_ENTITIES, ...SAASALYTICS_ENTITIES]),
        ...PLATFORM,
        ...DIRECTORY,
        ...ISSUER,
        // Where the setting is off, the route does not exist.
        ...(configuration.settings.DANGEROUSLY_ENABLE_TEST_TOKENS ? [TestTokensModule] : []),
        SaasalyticsModule,
        PagesModule,
        BootstrapModule,
        CountersignGuardModule.forRootAsync({
          ownRefusalFilter: true,
          imports: [ApiKeysModule, RevocationModule, SenderConstraintsModule, SessionsModule, SigningKeysModule, UsageModule],
          inject: [Configuration, SigningKeys, Revocations, OwnUsage, Log, OwnApiConstraints, ...CALLER_CREDENTIALS],
          useFactory: guardOptions,
        }),
        CallerRateLimitModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: ZoneGuard },
        { provide: APP_PIPE, useFactory: createValidationPipe },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
