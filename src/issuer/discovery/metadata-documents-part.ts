import { Injectable } from '@nestjs/common';
import type { Zone } from '@countersign/oauth';
import { Configuration } from '../../platform/config/index.js';
import type { MetadataPart } from './metadata-part.js';

/** CIMD-11: said only where some host's apps can get in, because clients then try no other way. */
@Injectable()
export class MetadataDocumentsPart implements MetadataPart {
  readonly name = 'client id metadata documents';
  constructor(private readonly configuration: Configuration) {}

  metadata(zone: Zone): Record<string, unknown> {
    const { CLIENT_ID_METADATA_DOCUMENTS: mode, CLIENT_ID_METADATA_HOSTS: hosts } = this.configuration.settings;
    const isOpen = mode === 'open' || (mode === 'listed' && hosts.some((rule) => !rule.startsWith('!')));
    return zone === 'external' && isOpen ? { client_id_metadata_document_supported: true } : {};
  }
}
