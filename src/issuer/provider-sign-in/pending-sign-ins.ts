import { randomBytes } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { sha256 } from '../../platform/crypto/index.js';
import { PlatformTransactions } from '../../platform/database/index.js';
import { Reaper } from '../../platform/reaper/index.js';
import { FormTokens, type Exchange } from '../sessions/index.js';
import { PendingSignInsRepository, type BegunSignIn } from './pending-sign-ins.repository.js';

/** What the other provider's answer must fit to. The browser alone can bring it back: none of it is stored. */
export interface SignInSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export interface SignInWish {
  readonly returnTo: string;
  /** Seconds: so old their sign-in there may be; 0: they must prove themselves again. Undefined: any session there will do. */
  readonly maxAge: number | undefined;
  /** Somebody is signed in here already: whoever signs in once more may be somebody else. */
  readonly isAnother: boolean;
}

/** Sign-ins that were begun and not finished. */
@Injectable()
export class PendingSignIns implements OnModuleInit {
  constructor(
    private readonly transactions: PlatformTransactions,
    private readonly repository: PendingSignInsRepository,
    private readonly tokens: FormTokens,
    private readonly reaper: Reaper,
  ) {}

  onModuleInit(): void {
    this.reaper.add({ name: 'provider-sign-ins', reap: (tx, limit) => this.repository.reap(tx, limit) });
  }

  async begin({ request, reply }: Exchange, providerId: string, { returnTo, maxAge }: SignInWish): Promise<SignInSecrets> {
    const browser = this.tokens.nameBrowser(request, reply);
    const state = randomBytes(32).toString('base64url');
    await this.transactions.run((tx) => this.repository.insert(tx, { digest: sha256(state), providerId, browser, returnTo, maxAge }));
    return this.secretsOf({ request, reply }, providerId, state);
  }

  /** Undefined when this browser began no such sign-in at this provider, or has finished it. */
  async finish(exchange: Exchange, providerId: string, state: string): Promise<(BegunSignIn & SignInSecrets) | undefined> {
    const browser = this.tokens.browserOf(exchange.request);
    if (browser === undefined) return undefined;
    const begun = await this.transactions.run((tx) => this.repository.spend(tx, sha256(state), providerId, browser));
    return begun && { ...begun, ...this.secretsOf(exchange, providerId, state) };
  }

  private secretsOf({ request }: Exchange, providerId: string, state: string): SignInSecrets {
    const secret = (kind: string): string => {
      const value = this.tokens.secretFor(request, `${kind} ${providerId} ${state}`);
      if (value === undefined) throw new Error('A sign-in goes on in a browser without cookie.');
      return value;
    };
    // RFC 7636 §4.1: 43 characters of base64url are a code verifier.
    return { state, nonce: secret('nonce'), codeVerifier: secret('code_verifier') };
  }
}
