import type { FastifyReply, FastifyRequest } from 'fastify';

const MAX_HEADER = 16_384;

export interface CookieOptions {
  /** Absent: until the browser is closed. Zero removes the cookie. */
  readonly maxAgeSeconds?: number;
}

/** Cookies of one name. */
export class Cookie {
  private readonly name: string;
  private readonly attributes: string;

  /**
   * RFC 6265bis §4.1.3.2: `__Host-` keeps other hosts of the domain from setting it. Browsers refuse it without Secure, so development
   * on loopback without TLS has the bare name.
   */
  constructor(name: string, publicUrl: string) {
    const secure = publicUrl.startsWith('https:');
    this.name = secure ? `__Host-${name}` : name;
    this.attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
  }

  /** Undefined also where two are sent: one of them was planted. */
  read(request: FastifyRequest): string | undefined {
    const header = request.headers.cookie ?? '';
    if (header.length > MAX_HEADER) return undefined;
    const values = header
      .split(';')
      .map((pair) => pair.trim())
      .filter((pair) => pair.startsWith(`${this.name}=`))
      .map((pair) => pair.slice(this.name.length + 1));
    return values.length === 1 ? values[0] : undefined;
  }

  /** @param value of the characters of base64url and dots only */
  write(reply: FastifyReply, value: string, { maxAgeSeconds }: CookieOptions = {}): void {
    const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
    void reply.header('set-cookie', `${this.name}=${value}; ${this.attributes}${age}`);
  }

  clear(reply: FastifyReply): void {
    this.write(reply, '', { maxAgeSeconds: 0 });
  }
}
