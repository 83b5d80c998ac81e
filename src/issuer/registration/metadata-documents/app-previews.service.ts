import { Injectable } from '@nestjs/common';
import type { Caller } from '@countersign/guards';
import type { AuditOrigin } from '../../../platform/audit/index.js';
import { httpProblem } from '../../../platform/http/index.js';
import { isOperator } from '../../../directory/administration/index.js';
import { AppGrants, type HostStanding } from '../../../directory/third-party-apps/index.js';
import type { DocumentReading } from './document-reading.js';
import { AppPreviewDocument } from './dto/app-preview.dto.js';
import { MetadataDocuments } from './metadata-documents.service.js';

/** What would become of an app that describes itself, without anything being stored. */
@Injectable()
export class AppPreviews {
  constructor(
    private readonly documents: MetadataDocuments,
    private readonly grants: AppGrants,
  ) {}

  async preview(caller: Caller, origin: AuditOrigin, clientId: string): Promise<AppPreviewDocument> {
    const mistake = this.documents.mistakeOf(clientId);
    if (mistake) return AppPreviewDocument.of(clientId, 'refused', { problems: [mistake] });
    const standing = this.documents.standingOf(clientId);
    // SSRF-6: nobody but an operator, who could list it, makes us ask a host that is not admitted.
    if (standing === 'refused' && !isOperator(caller)) return AppPreviewDocument.of(clientId, standing, { problems: [NOT_ADMITTED] });
    return this.documentOf(clientId, standing, await this.documents.readNow(clientId, origin.ip));
  }

  /** @throws Problem `rate_limited` */
  private documentOf(clientId: string, standing: HostStanding, reading: DocumentReading): AppPreviewDocument {
    switch (reading.kind) {
      case 'read': {
        const app = { description: reading.description, grants: this.grants.write(this.grants.ofSelfRegistered()) };
        return AppPreviewDocument.of(clientId, standing, { problems: [], notes: reading.notes, app, freshSeconds: reading.freshSeconds });
      }
      case 'refused':
        return AppPreviewDocument.of(clientId, standing, { problems: reading.problems });
      case 'unreachable':
        if (reading.isLimited)
          throw httpProblem('rate_limited', reading.message, { headers: { 'retry-after': String(reading.retryAfterSeconds) } });
        return AppPreviewDocument.of(clientId, standing, {
          problems: [
            { location: '/client_id', message: reading.message, fix: 'Serve it within 3 s; an app that is known goes on meanwhile.' },
          ],
        });
    }
  }
}

const NOT_ADMITTED = {
  location: '/client_id',
  message: 'Apps of this host are not admitted.',
  fix: 'Ask an operator to add the host to CLIENT_ID_METADATA_HOSTS.',
};
