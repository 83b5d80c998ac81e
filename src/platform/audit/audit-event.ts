export const ACTOR_TYPES = ['service_principal', 'app', 'agent', 'microservice', 'api_key', 'user', 'system', 'anonymous'] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];

export interface AuditActor {
  readonly type: ActorType;
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  /** Who else had a part in it, such as the person whom an agent acts for; goes with the details. */
  readonly beside?: Readonly<Record<string, string>> | undefined;
}

export interface AuditTarget {
  readonly type: string;
  readonly id: string;
  readonly name?: string | undefined;
}

/** Where a request came from; the same for every event it causes. */
export interface AuditOrigin {
  readonly requestId?: string | undefined;
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** What happened, in the words `<resource>[.<sub>].<past verb>`. Never a secret, a token or an assertion. */
export interface AuditEvent {
  readonly action: string;
  readonly actor: AuditActor;
  readonly orgId?: string | undefined;
  readonly target?: AuditTarget | undefined;
  readonly result?: 'success' | 'failure';
  /** Machine-readable reason of a failure. */
  readonly reasonCode?: string | undefined;
  readonly origin?: AuditOrigin | undefined;
  readonly details?: Readonly<Record<string, unknown>>;
}
