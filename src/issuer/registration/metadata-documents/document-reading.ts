import type { AppDescription } from '../../../directory/third-party-apps/index.js';
import type { ProblemItem } from '../../../platform/http/index.js';

/** What came of asking for a document. */
export type DocumentReading = ReadDocument | RefusedDocument | UnreachableDocument;

export interface ReadDocument {
  readonly kind: 'read';
  readonly description: AppDescription;
  /** What of it is left out here. They repeat what it says, so they are for those alone who may look at it. */
  readonly notes: readonly ProblemItem[];
  /** Before it was asked for. */
  readonly readAt: Date;
  readonly freshSeconds: number;
}

/** It is not there, or no good one. */
export interface RefusedDocument {
  readonly kind: 'refused';
  /** In words of ours: nothing of an answer is repeated to whoever made us ask (SSRF-8). */
  readonly problems: readonly ProblemItem[];
}

/** Nobody knows: its host has trouble, or we have, or too many are asked for. */
export interface UnreachableDocument {
  readonly kind: 'unreachable';
  readonly isLimited: boolean;
  readonly message: string;
  readonly retryAfterSeconds: number;
}

export function refused(location: string, message: string, fix: string): RefusedDocument {
  return { kind: 'refused', problems: [{ location, message, fix }] };
}
