export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/**
 * Fetches a key set, and after a failure not again for 1, 2, 4 … 30 s: whoever names the client, without any credential, would
 * otherwise make us knock at its address once a request.
 * @returns a fetch that throws what it met, or that it waits
 */
export function patientFetch(fetch: Fetch, now = Date.now): Fetch {
  let failures = 0;
  let waitsUntil = 0;
  return async (url, init) => {
    if (now() < waitsUntil) throw new Error('The last fetch of the keys failed; the next one waits.');
    try {
      const keys = await keySetAt(fetch, url, init);
      failures = 0;
      return Response.json(keys);
    } catch (error) {
      waitsUntil = now() + Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures++);
      throw error;
    }
  };
}

/** What is no key set is a failure too. */
async function keySetAt(fetch: Fetch, url: string, init: RequestInit): Promise<object> {
  const response = await fetch(url, init);
  if (response.status !== 200) throw new Error(`The keys were answered with ${response.status}.`);
  const body = (await response.json()) as { keys?: unknown } | null;
  if (!Array.isArray(body?.keys) || !body.keys.every(isObject)) throw new Error('What was answered is no key set.');
  return body as object;
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
