import { SetupError } from '../setup-error.js';
import { requireSecure } from './secure-url.js';

export interface FetchJsonOptions {
  readonly allowHttp: boolean;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface JsonAnswer {
  readonly status: number;
  /** `{}` where the body is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

const TIMEOUT_MS = 10_000;
const MAX_CHARACTERS = 512 * 1024;

/** One request to the issuer. @throws SetupError when it cannot be reached, never for a status. */
export async function fetchJson(url: string, { allowHttp, ...init }: FetchJsonOptions): Promise<JsonAnswer> {
  requireSecure(url, allowHttp);
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (text.length > MAX_CHARACTERS) throw new Error('the answer is too large');
    return { status: response.status, body: readObject(text), headers: response.headers };
  } catch (error) {
    throw new SetupError(`${url} cannot be reached: ${reasonOf(error)}`);
  }
}

function readObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message ?? 'unknown';
}
