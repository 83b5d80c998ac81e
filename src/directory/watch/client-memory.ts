/** A client on the data of one organization. */
export interface WatchedClient {
  readonly id: string;
  /** Undefined: it belongs to the platform, or acts for no organization. */
  readonly orgId: string | undefined;
  /** As the audit log named it last. */
  readonly name: string | undefined;
}

/** What a client has done in one hour. */
export interface HourFigures {
  readonly tokens: number;
  /** At the token endpoint. */
  readonly refusedTokens: number;
  /** Let in by guards, as far as they have reported. */
  readonly calls: number;
  readonly refusedCalls: number;
}

/** The busiest hours of a day, each figure for itself; denials without those of a day on which, from then on, they were a burst. */
export interface DayPeak {
  /** In UTC, `YYYY-MM-DD`. */
  readonly day: string;
  readonly tokens: number;
  readonly calls: number;
  readonly denials: number;
}

/** What is normal for a client. Bounded in size. */
export interface ClientHabits {
  /** The days before today on which it did anything, oldest first, 28 days back. */
  readonly days: readonly DayPeak[];
  /** The networks it came from in 90 days → the last day. */
  readonly networks: Readonly<Record<string, string>>;
  /** Every scope it has ever used, as `scope at audience`; sorted. */
  readonly scopes: readonly string[];
  /** What is said once a day → the day on which it was said last. */
  readonly told: Readonly<Record<string, string>>;
}

/** What is known of a client. */
export interface ClientMemory {
  readonly client: WatchedClient;
  readonly firstSeenAt: Date;
  /** The hour that the figures are of. */
  readonly hour: Date;
  readonly figures: HourFigures;
  readonly habits: ClientHabits;
}

export interface UsedScope {
  /** `scope at audience` */
  readonly label: string;
  /** False while the guards of its API have reported for no longer than a client is learned from: then all is new. */
  readonly isSettled: boolean;
}

/** What was seen of a client in a few minutes. */
export interface Sighting {
  readonly client: WatchedClient;
  /** Of these minutes. */
  readonly tokens: number;
  readonly refusedTokens: number;
  /** Where its tokens were asked for. */
  readonly networks: readonly string[];
  /** Of the hour so far. */
  readonly calls: number;
  readonly refusedCalls: number;
  readonly scopes: readonly UsedScope[];
}

export interface TimeSpan {
  readonly from: Date;
  readonly until: Date;
}
