import { OAuthError } from './errors.js';

const MAX_PARAMETER_BYTES = 16 * 1024;
const MAX_PARAMETERS = 100;
/** Values allowed per repeatable parameter. */
const MAX_REPEATS = 20;

/** RFC 8707 §2: `resource` may occur several times. */
const ALWAYS_REPEATABLE = ['resource'];

/** The parameters of a form, empty ones dropped (RFC 6749 §3.2), repeats kept until they are asked about. */
export class FormParameters {
  private constructor(private readonly values: ReadonlyMap<string, readonly string[]>) {}

  /**
   * Parses `application/x-www-form-urlencoded` text. Frameworks fold repeated names; this keeps them, so that they can be refused.
   * @throws OAuthError `invalid_request` on broken percent-encoding, invalid UTF-8 or oversized parts.
   */
  static parse(body: string): FormParameters {
    const values = new Map<string, string[]>();
    let count = 0;
    for (const pair of body.split('&')) {
      if (pair === '') continue;
      if (++count > MAX_PARAMETERS) throw new OAuthError('invalid_request', 'The form holds more than 100 parameters.');
      const at = pair.indexOf('=');
      const name = decode(at < 0 ? pair : pair.slice(0, at));
      const value = at < 0 ? '' : decode(pair.slice(at + 1));
      // RFC 6749 §3.2: parameters sent without a value are treated as omitted.
      if (value === '') continue;
      const list = values.get(name);
      if (list) list.push(value);
      else values.set(name, [value]);
    }
    return new FormParameters(values);
  }

  /** RFC 6749 §3.2: parameters must not be included more than once, even with equal values. */
  refuseRepeats(repeatable: readonly string[] = []): void {
    for (const [name, list] of this.values) {
      if (list.length === 1) continue;
      const allowed = ALWAYS_REPEATABLE.includes(name) || repeatable.includes(name);
      if (!allowed)
        throw new OAuthError('invalid_request', 'A parameter is repeated; each may be sent once.', {
          detail: `repeated_${printable(name)}`,
        });
      if (list.length > MAX_REPEATS) throw new OAuthError('invalid_request', 'A parameter is repeated more than 20 times.');
    }
  }

  /** The single value of `name`; undefined when it is absent or empty. */
  find(name: string): string | undefined {
    return this.values.get(name)?.[0];
  }

  /** Names of all parameters, in the order in which they came. */
  names(): string[] {
    return [...this.values.keys()];
  }

  list(name: string): readonly string[] {
    return this.values.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  /** @throws OAuthError `invalid_request` that names the missing parameter. */
  get(name: string): string {
    const value = this.find(name);
    if (value === undefined) throw new OAuthError('invalid_request', `The parameter ${name} is missing.`);
    return value;
  }
}

function decode(text: string): string {
  if (text.length > MAX_PARAMETER_BYTES) throw new OAuthError('invalid_request', 'A parameter is longer than 16 KiB.');
  try {
    return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text);
  } catch (cause) {
    throw new OAuthError('invalid_request', 'The form is not valid application/x-www-form-urlencoded UTF-8 text.', { cause });
  }
}

function printable(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '?').slice(0, 40);
}
