import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DPOP_ALGS, type Registry, type Zone } from '@countersign/oauth';
import { protectedResourceMetadata } from '@countersign/resource-server';
import { ApiCatalogue } from '../../directory/api-resources/index.js';
import { Configuration } from '../../platform/config/index.js';
import type { MetadataPart } from './metadata-part.js';

export const METADATA_REGISTRY = Symbol('metadata parts');

export interface CacheableDocument {
  readonly body: string;
  readonly etag: string;
}

/** Authorization server metadata (RFC 8414, OpenID Connect Discovery) and protected resource metadata (RFC 9728). */
@Injectable()
export class Discovery {
  constructor(
    @Inject(METADATA_REGISTRY) private readonly parts: Registry<MetadataPart>,
    private readonly apis: ApiCatalogue,
    private readonly configuration: Configuration,
  ) {}

  serverMetadata(zone: Zone): CacheableDocument {
    return cacheable(Object.assign({}, ...[...this.parts].map((part) => part.metadata(zone))) as object);
  }

  /** @param path of the API below PUBLIC_URL, such as `/analytics`; undefined when no API is there. */
  resourceMetadata(path: string): CacheableDocument | undefined {
    const { PUBLIC_URL } = this.configuration.settings;
    const api = this.apis.list().find((api) => api.system && api.identifier === `${PUBLIC_URL}${path}`);
    if (!api) return undefined;
    return cacheable(
      protectedResourceMetadata({
        resource: api.identifier,
        authorizationServers: [PUBLIC_URL],
        scopes: api.scopes,
        name: api.name,
        documentation: `${PUBLIC_URL}/docs`,
        dpopSigningAlgs: DPOP_ALGS,
        dpopRequired: api.senderConstraint === 'dpop',
        mtlsBound: api.senderConstraint === 'mtls',
      }),
    );
  }
}

export function cacheable(document: object): CacheableDocument {
  const body = JSON.stringify(document);
  return { body, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
