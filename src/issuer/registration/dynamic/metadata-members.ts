import { OAuthError } from '@countersign/oauth';

/** The members of a JSON object that a stranger sent. Each is asked for by name, so nothing else of it is ever read. */
export class MetadataMembers {
  private constructor(private readonly members: Readonly<Record<string, unknown>>) {}

  /** @throws OAuthError `invalid_client_metadata` for what is no JSON object */
  static of(body: unknown): MetadataMembers {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      throw new OAuthError('invalid_client_metadata', 'Send one JSON object as application/json.', { detail: 'no_object' });
    return new MetadataMembers(body as Record<string, unknown>);
  }

  /** As it was sent; RFC 7591 §2.2: null is as good as left out. */
  find(name: string): unknown {
    return Object.hasOwn(this.members, name) ? (this.members[name] ?? undefined) : undefined;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.members, name);
  }

  text(name: string, maxLength: number): string | undefined {
    const value = this.find(name);
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '' || value.length > maxLength)
      throw wrong(name, `is not a text of 1 to ${maxLength} characters`);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.find(name);
    if (value !== undefined && typeof value !== 'boolean') throw wrong(name, 'is neither true nor false');
    return value;
  }

  /** Each once. */
  texts(name: string, maxItems: number): readonly string[] | undefined {
    const value = this.find(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value) || value.length > maxItems || !value.every((item) => typeof item === 'string'))
      throw wrong(name, `is not a list of at most ${maxItems} texts`);
    return [...new Set(value)];
  }

  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.find(name);
    if (value === undefined) return undefined;
    const known = choices.find((choice) => choice === value);
    if (known === undefined) throw wrong(name, `is not one of ${choices.join(', ')}`);
    return known;
  }
}

/** RFC 7591 §3.2.2. */
export function wrong(member: string, why: string): OAuthError {
  return new OAuthError('invalid_client_metadata', `${member} ${why}.`, { detail: member });
}
