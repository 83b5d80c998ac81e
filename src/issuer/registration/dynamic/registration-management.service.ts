import { Injectable } from '@nestjs/common';
import { isSecret, OAuthError } from '@countersign/oauth';
import type { Act } from '../../../directory/administration/index.js';
import { DynamicApps, type ThirdPartyApp } from '../../../directory/third-party-apps/index.js';
import { isId } from '../../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../../platform/database/index.js';
import { bearerOf } from './bearer.js';
import { readClientMetadata, type ClientMetadata } from './client-metadata.policy.js';
import { MetadataMembers, wrong } from './metadata-members.js';
import { RegistrableScopes } from './registrable-scopes.js';
import { RegistrationAnswers } from './registration-answers.js';
import { RegistrationDoor } from './registration-door.js';
import { describe, refuseLookAlike, saidBy, SECRET_DAYS, type RegistrationRequest } from './registration.service.js';
import { RegistrationsRepository, type Said } from './registrations.repository.js';

const DAY_MS = 86_400_000;
/** An update in the second half of its life brings the next secret. */
const RENEWED_BEFORE_MS = (SECRET_DAYS / 2) * DAY_MS;

interface Held {
  readonly app: ThirdPartyApp;
  readonly said: Said;
}

/** RFC 7592: an app looks after its own registration, with a token that is another one after each use (DCM-1). */
@Injectable()
export class RegistrationManagement {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly door: RegistrationDoor,
    private readonly scopes: RegistrableScopes,
    private readonly apps: DynamicApps,
    private readonly repository: RegistrationsRepository,
    private readonly answers: RegistrationAnswers,
  ) {}

  read(id: string, request: RegistrationRequest): Promise<Record<string, unknown>> {
    return this.manage(id, request, (tx, held) => this.answer(tx, held));
  }

  update(id: string, request: RegistrationRequest): Promise<Record<string, unknown>> {
    return this.manage(id, request, async (tx, { app }) => {
      const members = MetadataMembers.of(request.body);
      const metadata = readClientMetadata(members, 'update');
      this.door.requireAllowedHost(metadata);
      await this.requireOwn(tx, members, app);
      await this.requireChangeable(tx, app, metadata);
      const description = describe(metadata, this.scopes);
      return this.answer(tx, { app, said: saidBy(metadata) }, () => this.apps.replace(tx, actOf(app, request), app, description));
    });
  }

  delete(id: string, request: RegistrationRequest): Promise<void> {
    return this.manage(id, request, (tx, { app }) => this.apps.delete(tx, actOf(app, request), app));
  }

  private manage<T>(
    id: string,
    { authorization, origin }: RegistrationRequest,
    work: (tx: Transaction, held: Held) => Promise<T>,
  ): Promise<T> {
    this.door.requireOpen();
    return this.door.counted(origin.ip, () => this.transactions.run(async (tx) => work(tx, await this.hold(tx, id, authorization))));
  }

  /** RFC 7592 §2: a client that is gone and a wrong token answer the same. @throws OAuthError `invalid_token`, `registration_forbidden` */
  private async hold(tx: Transaction, id: string, authorization: string | undefined): Promise<Held> {
    const text = bearerOf(authorization);
    if (text === undefined || !isSecret(text, 'csn_reg')) throw this.door.refused('no_registration_token');
    const app = isId(id, 'app') ? await this.apps.findForUpdate(tx, id) : undefined;
    const registration = app && (await this.repository.find(tx, id));
    if (!this.answers.isToken(text, registration?.token) || !app || !registration) throw this.door.refused('wrong_registration_token');
    if (app.state === 'suspended') throw forbidden('The app is suspended.');
    return { app, said: registration.said };
  }

  /** With the next token. */
  private async answer(tx: Transaction, { app, said }: Held, change?: () => Promise<void>): Promise<Record<string, unknown>> {
    const { text: registrationToken, token } = this.answers.mint();
    await this.repository.update(tx, app.id, { said, token });
    await change?.();
    const secretEnd = await this.apps.secretEnd(tx, app);
    const isOld = change !== undefined && app.usesSecrets() && (secretEnd?.getTime() ?? 0) < Date.now() + RENEWED_BEFORE_MS;
    const nextEnd = new Date(Date.now() + SECRET_DAYS * DAY_MS);
    const minted = isOld ? await this.apps.renewSecret(tx, app, nextEnd) : undefined;
    const revealed = { registrationToken, secret: minted?.text, secretEnd: minted ? nextEnd : secretEnd };
    return this.answers.document(app, said, revealed);
  }

  /** RFC 7592 §2.2: the update names the client, and its secret, if at all, as it is. */
  private async requireOwn(tx: Transaction, members: MetadataMembers, app: ThirdPartyApp): Promise<void> {
    if (members.find('client_id') !== app.id) throw wrong('client_id', 'is not that of this registration');
    const secret = members.find('client_secret');
    if (secret !== undefined && !(typeof secret === 'string' && (await this.apps.isSecret(tx, app, secret))))
      throw wrong('client_secret', 'is none of this client; secrets are made by the server only');
  }

  /** What somebody looked at stays what it is: an operator, or a person who allowed it something under its name. */
  private async requireChangeable(tx: Transaction, app: ThirdPartyApp, { name, authentication }: ClientMetadata): Promise<void> {
    if (app.state !== 'draft') throw forbidden('An operator has looked at the app; ask one to change it.');
    if (authentication.clientType !== app.clientType)
      throw wrong('token_endpoint_auth_method', 'cannot become or cease to be none: what was public stays public');
    if (name === app.name) return;
    if (await this.repository.hasGrant(tx, app.id)) throw forbidden('People have allowed the app something under its present client_name.');
    await refuseLookAlike(tx, this.apps, name);
  }
}

function actOf({ id, name, kind }: ThirdPartyApp, { origin }: RegistrationRequest): Act {
  return { actor: { type: kind, id, name }, origin };
}

function forbidden(message: string): OAuthError {
  return new OAuthError('registration_forbidden', message, { detail: 'registration_forbidden' });
}
