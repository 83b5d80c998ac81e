import type { JSONWebKeySet } from 'jose';
import { Injectable } from '@nestjs/common';
import {
  JWT_BEARER_GRANT_TYPE,
  type CertificateName,
  type CertificateTrust,
  type Client,
  type ClientAuthMethodName,
  type ClientGrant,
} from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';
import { withinCeiling } from '../orgs/index.js';

interface ClientRow {
  id: string;
  name: string;
  org_id: string | null;
  status: string;
  auth_method: ClientAuthMethodName;
  jwks: JSONWebKeySet | null;
  jwks_uri: string | null;
  tls_client_auth_ca: string | null;
  tls_client_auth_san: CertificateName | null;
  token_lifetime_seconds: number | null;
  allowed_ips: string[];
  org_status: string | null;
  ceiling: ClientGrant[] | null;
  grants: ClientGrant[];
  secrets: { id: string; digest: string; pepper_version: string; expires_at: string | null }[];
}

// Everything a token request needs of a client, in one query. Scopes that the API no longer has do not count.
const CLIENT = `
  SELECT p.id, p.name, p.org_id, p.status, p.auth_method, p.jwks, p.jwks_uri, p.tls_client_auth_ca, p.tls_client_auth_san, p.token_lifetime_seconds, p.allowed_ips,
         o.status AS org_status, o.ceiling,
         COALESCE((SELECT json_agg(json_build_object('audience', a.identifier, 'scopes', ARRAY(
                     SELECT u.scope FROM unnest(g.scopes) WITH ORDINALITY AS u(scope, n)
                     WHERE EXISTS (SELECT FROM api_scopes s WHERE s.api_id = g.api_id AND s.name = u.scope) ORDER BY u.n)) ORDER BY a.id)
                   FROM service_principal_grants g JOIN api_resources a ON a.id = g.api_id WHERE g.service_principal_id = p.id), '[]') AS grants,
         COALESCE((SELECT json_agg(json_build_object('id', c.id, 'digest', encode(c.digest, 'hex'), 'pepper_version', c.pepper_version, 'expires_at', c.expires_at))
                   FROM client_secrets c WHERE c.owner_id = p.id AND (c.expires_at IS NULL OR c.expires_at > now())), '[]') AS secrets
    FROM service_principals p LEFT JOIN orgs o ON o.id = p.org_id
   WHERE p.id = $1`;

/** Reads service principals as clients of the issuer. */
@Injectable()
export class ClientsRepository {
  async find(tx: Transaction, id: string): Promise<Client | undefined> {
    const [row] = await tx.manager.query<ClientRow[]>(CLIENT, [id]);
    return row && toClient(row);
  }

  /** To which organizations clients belong; those of none, and unknown ones, are left out. The organizations stay until the commit. */
  async orgsOf(tx: Transaction, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await tx.manager.query<{ id: string; org_id: string }[]>(
      'SELECT p.id, p.org_id FROM service_principals p JOIN orgs o ON o.id = p.org_id WHERE p.id = ANY($1) FOR KEY SHARE OF o',
      [ids],
    );
    return new Map(rows.map(({ id, org_id }) => [id, org_id]));
  }
}

function toClient(row: ClientRow): Client {
  return {
    id: row.id,
    displayName: row.name,
    zone: 'external',
    principalType: 'service_principal',
    orgId: row.org_id ?? undefined,
    active: row.status === 'active' && (row.org_id === null || row.org_status === 'active'),
    authMethod: row.auth_method,
    grantTypes: ['client_credentials', JWT_BEARER_GRANT_TYPE],
    // A ceiling that was lowered later counts at once.
    grants: withinCeiling(row.grants, row.ceiling),
    tokenLifetimeSeconds: row.token_lifetime_seconds ?? undefined,
    allowedNetworks: row.allowed_ips,
    secrets: row.secrets.map(({ id, digest, pepper_version, expires_at }) => ({
      id,
      digest: Buffer.from(digest, 'hex'),
      pepperVersion: pepper_version,
      expiresAt: expires_at === null ? undefined : new Date(expires_at),
    })),
    jwks: row.jwks ?? undefined,
    jwksUri: row.jwks_uri ?? undefined,
    certificateTrust: certificateTrustOf(row),
  };
}

function certificateTrustOf({ tls_client_auth_ca: anchors, tls_client_auth_san: name }: ClientRow): CertificateTrust | undefined {
  return anchors !== null && name ? { anchors, name } : undefined;
}
