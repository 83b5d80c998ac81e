import type { FormParameters, OAuthError } from '@countersign/oauth';

const MAX_STATE_BYTES = 2_048;

/** The state to send back: undefined where it was sent twice, or is too long to travel. */
export function stateOf(params: FormParameters): string | undefined {
  const [state, another] = params.list('state');
  return state !== undefined && another === undefined && Buffer.byteLength(state) <= MAX_STATE_BYTES ? state : undefined;
}

/** Where an answer goes, and what lets the app tell whose it is. */
export interface AnswerAddress {
  readonly redirectUri: string;
  readonly state: string | undefined;
  readonly issuer: string;
}

export function codeAnswer(address: AnswerAddress, code: string): string {
  return answerLocation(address, { code });
}

export function errorAnswer(address: AnswerAddress, { code, message }: Pick<OAuthError, 'code' | 'message'>): string {
  return answerLocation(address, { error: code, error_description: message });
}

/** AZ-10…12: the registered query stays as it is, the parameters follow; `iss` is in every answer (RFC 9207 §2). */
function answerLocation({ redirectUri, state, issuer }: AnswerAddress, parameters: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams({ ...parameters, ...(state !== undefined && { state }), iss: issuer }).toString();
  return `${redirectUri}${separatorOf(redirectUri)}${query}`;
}

function separatorOf(uri: string): string {
  if (!uri.includes('?')) return '?';
  return uri.endsWith('?') || uri.endsWith('&') ? '' : '&';
}
