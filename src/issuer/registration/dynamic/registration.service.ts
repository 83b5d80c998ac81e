import { Injectable } from '@nestjs/common';
import { OAuthError } from '@countersign/oauth';
import type { Act } from '../../../directory/administration/index.js';
import { DynamicApps, type SelfDescription } from '../../../directory/third-party-apps/index.js';
import type { AuditOrigin } from '../../../platform/audit/index.js';
import { newId } from '../../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../../platform/database/index.js';
import { sourceNetwork } from '../../sessions/index.js';
import { readClientMetadata, type ClientMetadata } from './client-metadata.policy.js';
import { MetadataMembers } from './metadata-members.js';
import { RegistrableScopes } from './registrable-scopes.js';
import { RegistrationAnswers } from './registration-answers.js';
import { RegistrationDoor, type InitialToken } from './registration-door.js';
import { UNUSED_SECONDS } from './registration-lives.policy.js';
import { RegistrationLives } from './registration-lives.js';
import { RegistrationsRepository, type Said } from './registrations.repository.js';

/** A request to register, or about a registration. */
export interface RegistrationRequest {
  readonly body: unknown;
  readonly authorization: string | undefined;
  readonly origin: AuditOrigin & { readonly ip: string };
}

export const SECRET_DAYS = 90;
const MAX_USER_AGENT = 200;

/** RFC 7591: an app that nobody here knows makes itself known. It can do nothing until a person allows it something. */
@Injectable()
export class Registration {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly door: RegistrationDoor,
    private readonly scopes: RegistrableScopes,
    private readonly apps: DynamicApps,
    private readonly repository: RegistrationsRepository,
    private readonly lives: RegistrationLives,
    private readonly answers: RegistrationAnswers,
  ) {}

  register({ body, authorization, origin }: RegistrationRequest): Promise<Record<string, unknown>> {
    this.door.requireOpen();
    return this.door.counted(origin.ip, async () => {
      const token = await this.door.admit(authorization);
      const metadata = readClientMetadata(MetadataMembers.of(body), 'registration');
      this.door.requireAllowedHost(metadata);
      const description = describe(metadata, this.scopes);
      // What could not be registered anyhow takes nothing from those behind the same address.
      if (!token) await this.door.count(origin.ip);
      return this.transactions.run((tx) => this.store(tx, { metadata, description, token, origin }));
    });
  }

  private async store(
    tx: Transaction,
    {
      metadata,
      description,
      token,
      origin,
    }: { metadata: ClientMetadata; description: SelfDescription; token: InitialToken | undefined; origin: RegistrationRequest['origin'] },
  ): Promise<Record<string, unknown>> {
    const initialTokenId = token && (await this.door.spend(tx, token));
    await refuseLookAlike(tx, this.apps, description.name);
    const app = await this.apps.insert(tx, newId('app'), description);
    const secretEnd = new Date(Date.now() + SECRET_DAYS * 86_400_000);
    const minted = await this.apps.renewSecret(tx, app, secretEnd);
    const { text: registrationToken, token: digest } = this.answers.mint();
    const said = saidBy(metadata);
    const [source, userAgent] = [sourceNetwork(origin.ip), origin.userAgent?.slice(0, MAX_USER_AGENT)];
    const kept = { source, userAgent, initialTokenId, lifetimeSeconds: UNUSED_SECONDS };
    await this.repository.insert(tx, { appId: app.id, said, token: digest, ...kept });
    await this.lives.makeRoom(tx);
    const act: Act = { actor: { type: 'anonymous' }, origin };
    await this.apps.recordRegistered(tx, act, app, { source, initial_token_id: initialTokenId, secret_hint: minted?.record.hint });
    const revealed = { registrationToken, secret: minted?.text, secretEnd: minted && secretEnd };
    return this.answers.document(app, said, revealed);
  }
}

/** As the apps keep it. @throws OAuthError `invalid_client_metadata` */
export function describe(metadata: ClientMetadata, scopes: RegistrableScopes): SelfDescription {
  const { name, redirectUris, authentication, grantTypes, logoUri, policyUri, tosUri, dpopBoundAccessTokens } = metadata;
  const pages = { logoUri, policyUri, tosUri };
  return { ...authentication, name, redirectUris, grantTypes, ...pages, dpopBoundAccessTokens, grants: scopes.grantsFor(metadata.scopes) };
}

export function saidBy({ wireMethod, applicationType, clientUri, scopes }: ClientMetadata): Said {
  return {
    token_endpoint_auth_method: wireMethod,
    application_type: applicationType,
    client_uri: clientUri,
    // T18: refresh tokens come with every code; who asked for them by name is told so.
    offline_access: scopes?.includes('offline_access') ?? false,
  };
}

/** CON-5. @throws OAuthError `invalid_client_metadata` */
export async function refuseLookAlike(tx: Transaction, apps: DynamicApps, name: string): Promise<void> {
  if (await apps.isLookAlike(tx, name))
    throw new OAuthError('invalid_client_metadata', 'client_name looks like that of an app which was reviewed; choose another.', {
      detail: 'look_alike',
    });
}
