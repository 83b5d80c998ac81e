import { Injectable, type OnModuleInit } from '@nestjs/common';
import { OAuthError, type Client, type Confirmation, type SettledAnswer, type TokenAnswer } from '@countersign/oauth';
import { AuditLog } from '../../platform/audit/index.js';
import { SecretDigests } from '../../platform/crypto/index.js';
import { PlatformTransactions, type Transaction } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import type { PresentedFamily, RefreshFamily } from './refresh-family.js';
import { mintRefreshToken, parseRefreshToken, type RefreshTokenParts } from './refresh-token-format.js';
import { RefreshTokensRepository } from './refresh-tokens.repository.js';
import { ABSOLUTE_MS, endsAfterRefresh, judgeRefresh, RETRY_SECONDS, reuseFacts } from './refresh.policy.js';
import { openAnswer, sealAnswer, type KeptAnswer } from './sealed-answer.js';

/** More of one person are not shown. */
const MAX_OWN = 500;

/** Who presents a token, and how. */
export interface Presenter {
  readonly client: Client;
  readonly cnf: Confirmation | undefined;
  readonly ip: string;
}

export type NewRefreshFamily = Omit<RefreshFamily, 'createdAt' | 'refreshedAt' | 'idleUntil' | 'endsAt'>;

/** A token that was found good. */
export interface PresentedToken extends PresentedFamily {
  readonly token: RefreshTokenParts;
  readonly presenter: Presenter;
}

/** Refresh tokens: each works once, and a second use of one ends its family, unless it is the retry of a client that got no answer. */
@Injectable()
export class RefreshTokens implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: RefreshTokensRepository,
    private readonly digests: SecretDigests,
    private readonly audit: AuditLog,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'refresh_families', reap: (tx, limit) => this.repository.reapFamilies(tx, limit) });
    this.reaper.add({ name: 'refresh_answers', reap: (tx, limit) => this.repository.reapAnswers(tx, limit) });
  }

  /** The first token of a family, in the transaction that uses up its code. */
  async begin(tx: Transaction, family: NewRefreshFamily): Promise<string> {
    const token = mintRefreshToken();
    const now = new Date();
    const endsAt = new Date(now.getTime() + ABSOLUTE_MS);
    await this.repository.insert(tx, {
      ...family,
      keyDigest: this.digestOfKey(token),
      tokenDigest: this.digests.digest(token.text).digest,
      endsAt,
      ...endsAfterRefresh(now, endsAt),
    });
    return token.text;
  }

  /** Whose it is. @throws OAuthError `invalid_grant`; a token that was used before takes its family with it */
  async examine(text: string, presenter: Presenter): Promise<PresentedToken> {
    const token = parseRefreshToken(text);
    const found = token && (await this.find(token));
    if (!token || !found) throw refused('unknown_refresh_token');
    const refusal = judgeRefresh(found, { clientId: presenter.client.id, cnf: presenter.cnf }, new Date());
    if (refusal === 'reused') throw await this.reused(found.family, presenter);
    if (refusal) throw refused(refusal);
    return { ...found, token, presenter };
  }

  /** Puts the next token in the place of the presented one, together with what `along` writes. Where somebody was faster, what they were answered, if they asked the same. */
  async rotate(
    { family, isCurrent, token, presenter }: PresentedToken,
    { signed, fingerprint }: { signed: TokenAnswer; fingerprint: string },
    along: (tx: Transaction) => Promise<void>,
  ): Promise<SettledAnswer> {
    if (isCurrent) {
      const next = mintRefreshToken(token.key);
      const answer = { ...signed, refresh_token: next.text };
      const rotation = {
        familyId: family.id,
        presented: this.digests.everyDigest(token.text),
        answered: this.digests.digest(token.text).digest,
        next: this.digests.digest(next.text).digest,
        sealedAnswer: sealAnswer(token.text, family.id, { answer, fingerprint }),
        ip: presenter.ip,
        retrySeconds: RETRY_SECONDS,
        ...endsAfterRefresh(new Date(), family.endsAt),
      };
      const rotated = await this.transactions.attempt(async (tx) => {
        const [isFirst] = await Promise.all([this.repository.rotate(tx, rotation), along(tx)]);
        return isFirst;
      });
      if (rotated) return { answer, repeated: false };
    }
    return this.repeat(token, fingerprint);
  }

  /** RFC 7009 §2.1: given back, with all that came of it. Unknown ones are no error. @throws OAuthError `invalid_grant` for one of another client */
  async revoke(text: string, client: Client): Promise<void> {
    const token = parseRefreshToken(text);
    const found = token && (await this.find(token));
    if (!found) return;
    if (found.family.clientId !== client.id) throw new OAuthError('invalid_grant', 'The token was issued to another client.');
    await this.end(found.family, client, 'refresh_token.revoked', {});
  }

  /** The family of a token that this client could refresh with now; nothing is used up. */
  async findLive(text: string, client: Client): Promise<RefreshFamily | undefined> {
    const token = parseRefreshToken(text);
    const found = token && (await this.find(token));
    if (!found?.isCurrent) return undefined;
    const { family } = found;
    return judgeRefresh(found, { clientId: client.id, cnf: family.cnf }, new Date()) === undefined ? family : undefined;
  }

  /** Those for a person that can still be refreshed, the last refreshed one first; for them to see. */
  ofUser(tx: Transaction, userId: string): Promise<readonly RefreshFamily[]> {
    return this.repository.listOfUser(tx, userId, MAX_OWN);
  }

  /** Whether a text can only be a refresh token. */
  recognises(text: string): boolean {
    return parseRefreshToken(text) !== undefined;
  }

  private async repeat(token: RefreshTokenParts, fingerprint: string): Promise<SettledAnswer> {
    const found = await this.find(token);
    if (!found?.sealedAnswer) throw refused('family_ended');
    const kept: KeptAnswer = openAnswer(token.text, found.family.id, found.sealedAnswer);
    // Another request with the same token, within the same minute: perhaps two threads. Nothing is taken away.
    if (kept.fingerprint !== fingerprint) throw refused('used_for_another_request');
    return { answer: kept.answer, repeated: true };
  }

  private find(token: RefreshTokenParts): Promise<PresentedFamily | undefined> {
    const [keys, tokens] = [this.digests.everyDigest(keyText(token)), this.digests.everyDigest(token.text)];
    return this.transactions.ask((tx) => this.repository.find(tx, keys, tokens));
  }

  private digestOfKey(token: RefreshTokenParts): Buffer {
    return this.digests.digest(keyText(token)).digest;
  }

  /** RT-2. */
  private async reused(family: RefreshFamily, { client, ip }: Presenter): Promise<OAuthError> {
    await this.end(family, client, 'refresh_token.reused', reuseFacts(family, new Date(), ip));
    return refused('refresh_token_reused');
  }

  /** Whoever comes second finds nothing, and writes no event. */
  private async end(family: RefreshFamily, client: Client, action: string, details: Readonly<Record<string, unknown>>): Promise<void> {
    await this.transactions.run(async (tx) => {
      if (!(await this.repository.delete(tx, family.id))) return;
      await this.audit.record(tx, {
        action,
        actor: { type: client.principalType, id: client.id, name: client.displayName },
        orgId: family.orgId,
        target: { type: 'token_family', id: family.id },
        details: { client_id: client.id, user_id: family.userId, grant_id: family.consentId, ...details },
      });
    });
  }
}

function keyText({ key }: RefreshTokenParts): string {
  return `refresh family ${key}`;
}

/** One answer for all; only `detail` tells the causes apart, and it is never sent. */
function refused(detail: string): OAuthError {
  return new OAuthError('invalid_grant', 'The refresh token is unknown, was used, has expired, or does not fit this request.', { detail });
}
