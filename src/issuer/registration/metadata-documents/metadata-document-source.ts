import { Injectable } from '@nestjs/common';
import { DEVICE_CODE_GRANT_TYPE, isClientIdUrl, OAuthError, type Client, type ClientSource } from '@countersign/oauth';
import { SelfDescribedApps, ThirdPartyAppSource, type HostStanding } from '../../../directory/third-party-apps/index.js';
import type { DocumentReading, ReadDocument } from './document-reading.js';
import { MetadataDocuments } from './metadata-documents.service.js';

/**
 * Apps whose client id is the address of a document that describes them (draft-ietf-oauth-client-id-metadata-document). A document is
 * read while it is fresh nowhere else than here; what is stored of it is the truth for tokens, on every replica, and follows it.
 */
@Injectable()
export class MetadataDocumentSource implements ClientSource {
  readonly name = 'metadata-documents';
  private readonly applied = new WeakSet<ReadDocument>();

  constructor(
    private readonly documents: MetadataDocuments,
    private readonly stored: SelfDescribedApps,
    private readonly apps: ThirdPartyAppSource,
  ) {}

  owns(clientId: string): boolean {
    return isClientIdUrl(clientId);
  }

  async find(clientId: string, asker?: string): Promise<Client | undefined> {
    if (this.documents.mistakeOf(clientId)) return undefined;
    // CIMD-10: also of what is known here already.
    const standing = this.documents.standingOf(clientId);
    if (standing === 'refused') return undefined;
    const known = await this.apps.find(clientId);
    // CIMD-1. A suspended one needs no document to be refused.
    if (known && (!known.active || known.app?.registration !== 'metadata_document')) return known;
    const client = await this.described(clientId, known, await this.documents.read(clientId, asker));
    return client && inStanding(client, standing);
  }

  /** An app as it is stored, in the standing of its host; nobody is asked. Apps that do not describe themselves stay as they are. */
  describeStored(client: Client): Client {
    if (client.app?.registration !== 'metadata_document') return client;
    const standing = this.documents.mistakeOf(client.id) ? 'refused' : this.documents.standingOf(client.id);
    return standing === 'refused' ? { ...client, active: false } : inStanding(client, standing);
  }

  explain(clientId: string): string | undefined {
    const mistake = this.documents.mistakeOf(clientId);
    if (mistake) return `Its client_id is the address of a document. ${mistake.message}`;
    if (this.documents.standingOf(clientId) === 'refused') return 'Apps of its host are not admitted here; an operator can list the host.';
    const [problem] = this.documents.problemsOf(clientId);
    return problem && `The document at its client_id is not taken: ${problem.message} ${problem.fix}`;
  }

  async keep({ id }: Client): Promise<void> {
    if (await this.apps.find(id)) return;
    const reading = await this.documents.read(id);
    if (reading.kind !== 'read') throw unavailable(reading);
    await this.stored.keep(id, reading.description);
    await this.apps.findAnew(id);
  }

  /** T12, T13: trouble of its host, or of ours, says nothing about an app; an answer that is no good document does. */
  private async described(clientId: string, known: Client | undefined, reading: DocumentReading): Promise<Client | undefined> {
    if (reading.kind === 'refused') return undefined;
    if (reading.kind === 'unreachable') {
      if (known) return known;
      throw unavailable(reading);
    }
    if (!known) return this.stored.clientOf(clientId, reading.description);
    if (this.applied.has(reading)) return known;
    const isChanged = await this.stored.update(clientId, reading.description, reading.readAt);
    this.applied.add(reading);
    return isChanged ? this.apps.findAnew(clientId) : known;
  }
}

/** What the operator says of its host counts as a review. DEV-6: nobody has asked for device codes for an app that nobody knows. */
function inStanding(client: Client, standing: HostStanding): Client {
  const reviewed = standing === 'listed' || client.app?.reviewed === true;
  const grantTypes = reviewed ? client.grantTypes : client.grantTypes.filter((name) => name !== DEVICE_CODE_GRANT_TYPE);
  return { ...client, grantTypes, ...(client.app && { app: { ...client.app, reviewed } }) };
}

/** STALE-2: never `invalid_client`, for which clients would throw away what they have. */
function unavailable(reading: DocumentReading): OAuthError {
  const { message, retryAfterSeconds, isLimited } =
    reading.kind === 'unreachable' ? reading : { message: 'The document of the app has changed.', retryAfterSeconds: 1, isLimited: false };
  const headers = { 'retry-after': String(retryAfterSeconds) };
  const detail = isLimited ? 'metadata_documents_limited' : 'metadata_document_unreachable';
  return new OAuthError(isLimited ? 'rate_limited' : 'temporarily_unavailable', `${message} Try again shortly.`, { detail, headers });
}
