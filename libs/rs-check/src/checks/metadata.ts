import type { Check, Trial } from '../check.js';
import type { Answer } from '../http/answer.js';
import { judge } from '../judgement.js';
import type { Probe } from '../probe.js';
import type { Session } from '../session.js';
import { bearerChallengeOf } from './bearer-challenge.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

export const METADATA_CHECKS: readonly Check[] = [
  {
    name: 'metadata-document',
    title: 'The metadata of the API is there and says what is true',
    why: 'Clients that follow it would ask the wrong issuer, or ask for the wrong audience.',
    rule: 'RFC 9728 §2 and §3',
    severity: 'low',
    expected: '200 with application/json; resource is the audience, authorization_servers holds the issuer, tokens go in the header only',
    remedy: 'Serve the document of RFC 9728 without a token; its resource is exactly the audience of the tokens.',
    run: async (session) => [await fetchedDocument(session)],
  },
];

async function fetchedDocument(session: Session): Promise<Trial> {
  const probe: Probe = { label: 'the document of RFC 9728', request: { method: 'GET', body: undefined, url: await placeOf(session) } };
  const answer = await session.send(probe);
  const also = (found: Answer): string | undefined => mistakeIn(found, session);
  const problem = judge(answer, { text: '200', statuses: [200], also });
  return { label: probe.label, sent: session.describe(probe), answer, problem };
}

/** Where the challenge says, else where RFC 9728 §3.1 puts it; always at the host under test, which may go by another name here. */
async function placeOf(session: Session): Promise<string> {
  const challenge = bearerChallengeOf(await session.send({ label: 'no token', request: {} }));
  const named = challenge?.parameters.get('resource_metadata') ?? '';
  const { audience, url } = session.target;
  const path = URL.canParse(named) ? new URL(named).pathname : WELL_KNOWN + pathOf(audience);
  return new URL(url).origin + path;
}

function pathOf(audience: string): string {
  return URL.canParse(audience) ? new URL(audience).pathname.replace(/\/$/, '') : '';
}

function mistakeIn(answer: Answer, { target, issuer }: Session): string | undefined {
  const document = readObject(answer.text);
  if (!document) return 'the document is no JSON object';
  if (!answer.headers['content-type']?.[0]?.startsWith('application/json')) return 'the document is not served as application/json';
  const { resource, authorization_servers: servers, bearer_methods_supported: methods } = document;
  if (resource !== target.audience)
    return `resource is ${JSON.stringify(resource)}, the audience of the tokens ${JSON.stringify(target.audience)}`;
  if (!Array.isArray(servers) || !servers.includes(issuer)) return `authorization_servers does not hold ${issuer}`;
  if (methods !== undefined && JSON.stringify(methods) !== '["header"]') return 'bearer_methods_supported allows more than the header';
  return undefined;
}

function readObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
