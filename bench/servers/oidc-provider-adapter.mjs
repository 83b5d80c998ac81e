// Everything that oidc-provider keeps, in one PostgreSQL table: one statement per call, as the adapters of its users have it.
import pg from 'pg';

export function adapterFor(connectionString) {
  const pool = new pg.Pool({ connectionString, max: 20 });
  const run = (name, text, values) => pool.query({ name, text, values });

  return class Adapter {
    constructor(type) {
      this.type = type;
    }

    async upsert(id, payload, expiresIn) {
      await run(
        'upsert',
        `insert into oidc_payloads (type, id, payload, grant_id, uid, expires_at) values ($1, $2, $3, $4, $5, now() + make_interval(secs => $6))
         on conflict (type, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires_at = excluded.expires_at`,
        [this.type, id, payload, payload.grantId ?? null, payload.uid ?? null, expiresIn ?? null],
      );
    }

    async find(id) {
      const { rows } = await run('find', 'select payload, expires_at, consumed_at from oidc_payloads where type = $1 and id = $2', [
        this.type,
        id,
      ]);
      return rows[0] && stillGood(rows[0]);
    }

    async findByUid(uid) {
      const { rows } = await run('uid', 'select payload, expires_at, consumed_at from oidc_payloads where type = $1 and uid = $2', [
        this.type,
        uid,
      ]);
      return rows[0] && stillGood(rows[0]);
    }

    async findByUserCode() {}

    async consume(id) {
      await run('consume', 'update oidc_payloads set consumed_at = now() where type = $1 and id = $2', [this.type, id]);
    }

    async destroy(id) {
      await run('destroy', 'delete from oidc_payloads where type = $1 and id = $2', [this.type, id]);
    }

    async revokeByGrantId(grantId) {
      await run('revoke', 'delete from oidc_payloads where grant_id = $1', [grantId]);
    }
  };
}

function stillGood({ payload, expires_at: expiresAt, consumed_at: consumedAt }) {
  if (expiresAt && expiresAt < new Date()) return undefined;
  return { ...payload, ...(consumedAt && { consumed: true }) };
}
