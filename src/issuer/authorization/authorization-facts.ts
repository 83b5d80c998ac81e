import type { AppRegistration, Client, FormParameters } from '@countersign/oauth';
import type { CatalogueApi } from '../../directory/api-resources/index.js';

/** A client that acts for people. */
export type AppClient = Client & { readonly app: AppRegistration };

export function appClientOf(client: Client): AppClient | undefined {
  return client.app && { ...client, app: client.app };
}

/** What the checks have found out about a request; the last one leaves nothing open. */
export interface AuthorizationFacts {
  readonly client: AppClient;
  /** Where the answer goes, as presented; of a loopback address with the port of this request. */
  readonly redirectUri: string;
  /** Which of the registered ones that is. */
  readonly registeredRedirectUri: string;
  readonly redirectUriWasSent: boolean;
  readonly state: string | undefined;
  readonly codeChallenge: string;
  /** Thumbprint of the key that has to redeem the code, if the app names one (RFC 9449 §10). */
  readonly dpopJkt: string | undefined;
  readonly api: CatalogueApi;
  /** What was asked for, as far as the app may ask for it. */
  readonly scopes: readonly string[];
  readonly prompts: readonly Prompt[];
  /** Seconds; a sign-in before the request may be at most so old. */
  readonly maxAge: number | undefined;
  readonly acrValues: readonly string[];
  readonly loginHint: string | undefined;
  /** Whom the app takes the person for. */
  readonly hintedUserId: string | undefined;
  /** For the ID token; only where one is asked for. */
  readonly nonce?: string | undefined;
  /** The organization that the app names, if it does. */
  readonly orgId: string | undefined;
}

// OpenID Connect Core §3.1.2.1.
export const PROMPTS = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof PROMPTS)[number];

export interface CheckedRequest {
  readonly params: FormParameters;
  /** It came by the back channel (RFC 9126). */
  readonly isPushed: boolean;
  /** Where it came from, as long as nobody has proven who they are. */
  readonly asker?: string | undefined;
}

/** One question about a request. Answers what it has found out; what it does not like it throws as OAuthError. */
export interface AuthorizationCheck {
  readonly name: string;
  check(request: CheckedRequest, known: Known): Partial<AuthorizationFacts> | undefined | Promise<Partial<AuthorizationFacts> | undefined>;
}

/** What the checks before have found out. */
export class Known {
  constructor(private readonly facts: Readonly<Partial<AuthorizationFacts>> = {}) {}

  get<K extends keyof AuthorizationFacts>(name: K): NonNullable<AuthorizationFacts[K]> {
    const value = this.facts[name];
    if (value === undefined || value === null) throw new Error(`No check has found out the ${name} yet; mind their order.`);
    return value;
  }

  find<K extends keyof AuthorizationFacts>(name: K): AuthorizationFacts[K] | undefined {
    return this.facts[name];
  }

  with(more: Partial<AuthorizationFacts> | undefined): Known {
    return more ? new Known({ ...this.facts, ...more }) : this;
  }

  /** Everything, once every check has passed. */
  all(): AuthorizationFacts {
    return this.facts as AuthorizationFacts;
  }
}
