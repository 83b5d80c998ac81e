import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import {
  JWT_BEARER_GRANT_TYPE,
  serviceNamedBy,
  spiffeIdOf,
  TOKEN_EXCHANGE_GRANT_TYPE,
  type Client,
  type ClientAuthMethodName,
  type ClientGrant,
} from '@countersign/oauth';
import { Configuration, trustDomainOf } from '../../platform/config/index.js';
import type { Transaction } from '../../platform/database/index.js';

interface ClientRow {
  id: string;
  name: string;
  spiffe_id: string | null;
  status: string;
  auth_method: ClientAuthMethodName;
  jwks: JSONWebKeySet | null;
  jwks_uri: string | null;
  grants: ClientGrant[];
}

// A call policy is a grant that has a name of its own, by which its tokens are revoked.
const CLIENT = `
  SELECT m.id, m.name, m.spiffe_id, m.status, m.auth_method, m.jwks, m.jwks_uri,
         COALESCE((SELECT json_agg(json_build_object('id', p.id, 'audience', a.identifier, 'scopes', p.scopes, 'orgMode', p.org_mode) ORDER BY p.id)
                   FROM call_policies p JOIN api_resources a ON a.id = p.target_api_id WHERE p.caller_id = m.id), '[]') AS grants
    FROM microservices m WHERE m.id = $1`;

/** Reads microservices as clients of the internal issuer. */
@Injectable()
export class MicroserviceClientsRepository {
  private readonly trustDomain: string;

  constructor({ settings }: Configuration) {
    this.trustDomain = trustDomainOf(settings);
  }

  async find(tx: Transaction, id: string): Promise<Client | undefined> {
    const [row] = await tx.manager.query<ClientRow[]>(CLIENT, [id]);
    return row && toClient(row, this.trustDomain);
  }

  async findId(tx: Transaction, spiffeId: string): Promise<string | undefined> {
    const name = serviceNamedBy(spiffeId, this.trustDomain) ?? null;
    const [row] = await tx.manager.query<{ id: string }[]>(
      'SELECT id FROM microservices WHERE spiffe_id = $1 OR (spiffe_id IS NULL AND name = $2)',
      [spiffeId, name],
    );
    return row?.id;
  }
}

function toClient(row: ClientRow, trustDomain: string): Client {
  return {
    id: row.id,
    displayName: row.name,
    subject: row.name,
    zone: 'internal',
    principalType: 'microservice',
    orgId: undefined,
    active: row.status === 'active',
    authMethod: row.auth_method,
    grantTypes: ['client_credentials', JWT_BEARER_GRANT_TYPE, TOKEN_EXCHANGE_GRANT_TYPE],
    grants: row.grants,
    tokenLifetimeSeconds: undefined,
    allowedNetworks: [],
    secrets: [],
    jwks: row.jwks ?? undefined,
    jwksUri: row.jwks_uri ?? undefined,
    spiffeId: row.spiffe_id ?? spiffeIdOf(trustDomain, row.name),
  };
}
