import { Injectable } from '@nestjs/common';
import { isLoopbackClientIdUrl, mistakeOfClientIdUrl } from '@countersign/oauth';
import { hostStandingOf, ReviewedNames, type HostStanding } from '../../../directory/third-party-apps/index.js';
import { Configuration } from '../../../platform/config/index.js';
import type { ProblemItem } from '../../../platform/http/index.js';
import {
  allowsLoopback,
  fetchDocument,
  OutboundBusy,
  OutboundRefused,
  type DocumentLimits,
  type FetchedDocument,
} from '../../../platform/outbound/index.js';
import { judgeDocument } from './described-app.policy.js';
import { DocumentBudgets } from './document-budgets.js';
import { DocumentCache } from './document-cache.js';
import { refused, type DocumentReading, type UnreachableDocument } from './document-reading.js';
import { freshSecondsOf } from './freshness.policy.js';

/** SSRF-4. */
export const MAX_DOCUMENT_BYTES = 5 * 1024;
export const DOCUMENT_TIMEOUT_MS = 3_000;
const RETRY_AFTER_SECONDS = 10;
/** CON-5. */
const LOOK_ALIKE = ['/client_name', 'client_name looks like that of an app which was reviewed.', 'Choose another.'] as const;
const BUSY_SECONDS = 1;
const JSON_TYPE = /^application\/(?:json|[a-z0-9!#$&^_.+-]+\+json)\s*(?:;|$)/i;
/** Its host has trouble, or does not let us in at this moment: nothing is said about the app. */
const TROUBLE = [401, 403, 408, 425, 429];

/** Documents with which apps describe themselves, at the addresses that are their client ids. */
@Injectable()
export class MetadataDocuments {
  private readonly cache = new DocumentCache((url) => this.ask(url));
  private readonly limits: DocumentLimits;

  constructor(
    private readonly budgets: DocumentBudgets,
    private readonly names: ReviewedNames,
    private readonly configuration: Configuration,
  ) {
    const loopbackAllowed = allowsLoopback(configuration.settings);
    this.limits = { maxBytes: MAX_DOCUMENT_BYTES, timeoutMs: DOCUMENT_TIMEOUT_MS, loopbackAllowed };
  }

  /** What is wrong with an address before anybody is asked; undefined where nothing is. */
  mistakeOf(clientId: string): ProblemItem | undefined {
    const mistake = mistakeOfClientIdUrl(clientId);
    const message = mistake ?? (isLoopbackClientIdUrl(clientId) && !this.limits.loopbackAllowed ? 'It is on this machine.' : undefined);
    return message === undefined
      ? undefined
      : { location: '/client_id', message, fix: 'Use an address such as https://app.example/client.json.' };
  }

  /** Of an address without mistakes. */
  standingOf(clientId: string): HostStanding {
    const { CLIENT_ID_METADATA_DOCUMENTS: mode, CLIENT_ID_METADATA_HOSTS: hosts } = this.configuration.settings;
    return hostStandingOf(new URL(clientId).hostname, { mode, hosts });
  }

  /** As it is remembered, or as its host answers now. @param asker who makes us ask, where they have not proven anything */
  async read(clientId: string, asker?: string): Promise<DocumentReading> {
    return this.cache.recall(clientId) ?? this.readNow(clientId, asker);
  }

  /** As its host answers now. */
  async readNow(clientId: string, asker?: string): Promise<DocumentReading> {
    const wait = await this.budgets.spend(new URL(clientId).host, asker);
    if (wait === undefined) return this.cache.read(clientId);
    return unreachable('Too many documents are asked for at the moment.', { isLimited: true, retryAfterSeconds: wait });
  }

  /** What was wrong a moment ago. */
  problemsOf(clientId: string): readonly ProblemItem[] {
    const failure = this.cache.failureOf(clientId);
    return failure?.kind === 'refused' ? failure.problems : [];
  }

  private async ask(url: string): Promise<DocumentReading> {
    const reading = await this.fetch(url);
    // Who vouches for a host vouches for the names there.
    if (reading.kind !== 'read' || this.standingOf(url) === 'listed') return reading;
    return (await this.names.areLikeNew(url, reading.description.name)) ? refused(...LOOK_ALIKE) : reading;
  }

  private async fetch(url: string): Promise<DocumentReading> {
    const readAt = new Date();
    try {
      return readingOf(url, await fetchDocument(url, this.limits), readAt);
    } catch (error) {
      if (error instanceof OutboundRefused)
        return refused('/client_id', error.message, 'Serve the document publicly, by https on port 443.');
      if (error instanceof OutboundBusy)
        return unreachable('Too many documents are being fetched at the moment.', { retryAfterSeconds: BUSY_SECONDS });
      return unreachable('The host of the document did not answer in time.');
    }
  }
}

function readingOf(url: string, { status, headers, text }: FetchedDocument, readAt: Date): DocumentReading {
  if (status >= 500 || TROUBLE.includes(status)) return unreachable(`The host of the document answered ${status}.`);
  // CIMD-3; SSRF-3: a redirect is an answer like any other.
  if (status !== 200) return refused('', `The host answered ${status} in place of a document.`, 'Answer 200 at the address itself.');
  if (!JSON_TYPE.test(headers.get('content-type') ?? ''))
    return refused('', 'The document is not sent as JSON.', 'Send Content-Type: application/json.');
  const { description, problems, notes } = judgeDocument(url, text);
  if (!description) return { kind: 'refused', problems };
  return { kind: 'read', description, notes, readAt, freshSeconds: freshSecondsOf(headers, readAt.getTime()) };
}

function unreachable(message: string, more: Partial<UnreachableDocument> = {}): UnreachableDocument {
  return { kind: 'unreachable', isLimited: false, message, retryAfterSeconds: RETRY_AFTER_SECONDS, ...more };
}
