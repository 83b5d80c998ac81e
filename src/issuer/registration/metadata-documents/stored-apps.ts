import { Injectable } from '@nestjs/common';
import type { Client } from '@countersign/oauth';
import { ThirdPartyAppSource } from '../../../directory/third-party-apps/index.js';
import { MetadataDocumentSource } from './metadata-document-source.js';

/** Apps as they are stored, in the standing of their hosts: for lists, which wait for nobody's document. */
@Injectable()
export class StoredApps {
  constructor(
    private readonly apps: ThirdPartyAppSource,
    private readonly documents: MetadataDocumentSource,
  ) {}

  async find(clientId: string): Promise<Client | undefined> {
    const client = await this.apps.find(clientId);
    return client && this.documents.describeStored(client);
  }

  /** Those that do not exist are missing. */
  async findAll(clientIds: readonly string[]): Promise<ReadonlyMap<string, Client>> {
    const clients = await this.apps.findAll(clientIds);
    return new Map([...clients].map(([id, client]) => [id, this.documents.describeStored(client)]));
  }
}
