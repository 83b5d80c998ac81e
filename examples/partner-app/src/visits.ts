import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Attempt, Connection } from './connection.js';

const COOKIE = 'pulse';
const AT_MOST = 1_000;

/** What this server knows of one browser. */
export interface Visit {
  attempt?: Attempt | undefined;
  connection?: Connection | undefined;
}

/** Browsers by cookie, in memory: fine for an example, gone with the process. Tokens never reach the browser. */
export class Visits {
  private readonly visits = new Map<string, Visit>();

  of(request: Request): Visit | undefined {
    const [, id] = new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '') ?? [];
    return id === undefined ? undefined : this.visits.get(id);
  }

  /** A new one under a new name, so that nobody can have set the cookie beforehand. */
  begin(response: Response, visit: Visit): void {
    const id = randomBytes(32).toString('base64url');
    this.visits.set(id, visit);
    const [oldest] = this.visits.keys();
    if (this.visits.size > AT_MOST && oldest !== undefined) this.visits.delete(oldest);
    // Lax: it comes along when the person returns from Countersign, and never with a form of another site.
    response.cookie(COOKIE, id, { httpOnly: true, sameSite: 'lax' });
  }
}
