// What oidc-provider needs for equal work: its clients in PostgreSQL, and one audit row per token.
import pg from 'pg';

export async function open(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 20 });

  /** oidc-provider asks its adapter for the client on every request; nothing else is stored for JWT tokens. */
  class Adapter {
    constructor(model) {
      this.model = model;
    }

    async find(id) {
      if (this.model !== 'Client') return undefined;
      const { rows } = await pool.query({ name: 'client', text: 'select metadata from clients where id = $1', values: [id] });
      return rows[0]?.metadata;
    }

    async upsert() {}
    async consume() {}
    async destroy() {}
    async revokeByGrantId() {}
    async findByUid() {}
    async findByUserCode() {}
  }

  async function recordToken(token, address) {
    await pool.query({
      name: 'audit',
      text: `insert into audit_events (action, result, org_id, actor, jti, audience, scope, source_ip, expires_at)
             values ('token.issued', 'success', $1, $2, $3, $4, $5, $6, to_timestamp($7))`,
      values: [
        token.extra?.org_id,
        token.clientId,
        token.jti,
        token.aud,
        token.scope,
        address,
        token.exp ?? Math.floor(Date.now() / 1000) + token.expiration,
      ],
    });
  }

  return { Adapter, recordToken };
}
