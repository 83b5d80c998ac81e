import { Injectable } from '@nestjs/common';
import type { JSONWebKeySet } from 'jose';
import type { Client, ClientAuthMethodName, ClientGrant } from '@countersign/oauth';
import type { Transaction } from '../../platform/database/index.js';

interface ClientRow {
  id: string;
  name: string;
  status: string;
  auth_method: ClientAuthMethodName;
  jwks: JSONWebKeySet | null;
  jwks_uri: string | null;
  grants: ClientGrant[];
}

// A call policy is a grant that has a name of its own, by which its tokens are revoked.
const CLIENT = `
  SELECT m.id, m.name, m.status, m.auth_method, m.jwks, m.jwks_uri,
         COALESCE((SELECT json_agg(json_build_object('id', p.id, 'audience', a.identifier, 'scopes', p.scopes, 'orgMode', p.org_mode) ORDER BY p.id)
                   FROM call_policies p JOIN api_resources a ON a.id = p.target_api_id WHERE p.caller_id = m.id), '[]') AS grants
    FROM microservices m WHERE m.id = $1`;

/** Reads microservices as clients of the internal issuer. */
@Injectable()
export class MicroserviceClientsRepository {
  async find(tx: Transaction, id: string): Promise<Client | undefined> {
    const [row] = await tx.manager.query<ClientRow[]>(CLIENT, [id]);
    return row && toClient(row);
  }
}

function toClient(row: ClientRow): Client {
  return {
    id: row.id,
    displayName: row.name,
    subject: row.name,
    zone: 'internal',
    principalType: 'microservice',
    orgId: undefined,
    active: row.status === 'active',
    authMethod: row.auth_method,
    grantTypes: ['client_credentials'],
    grants: row.grants,
    tokenLifetimeSeconds: undefined,
    allowedNetworks: [],
    secrets: [],
    jwks: row.jwks ?? undefined,
    jwksUri: row.jwks_uri ?? undefined,
  };
}
