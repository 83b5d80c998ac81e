// The device flow (RFC 8628), for a program without a browser.
import { setTimeout as sleep } from 'node:timers/promises';

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * @param {{ issuer: string, clientId: string, audience: string, scope?: string, tell: (text: string) => void }} options
 * @returns {Promise<{ access_token: string, refresh_token: string, expires_in: number, scope: string }>}
 */
export async function login({ issuer, clientId, audience, scope, tell }) {
  const metadata = await answerOf(await fetch(`${issuer}/.well-known/oauth-authorization-server`));
  const asked = await post(metadata.device_authorization_endpoint, { client_id: clientId, audience, ...(scope && { scope }) });
  if (asked.error) throw new Error(`${asked.error}: ${asked.error_description}`);
  tell(`Open ${asked.verification_uri} and enter ${asked.user_code}`);
  return poll(metadata.token_endpoint, { clientId, asked });
}

async function poll(endpoint, { clientId, asked }) {
  let seconds = asked.interval;
  for (;;) {
    await sleep(seconds * 1000);
    const answer = await post(endpoint, { grant_type: DEVICE_CODE, device_code: asked.device_code, client_id: clientId });
    // RFC 8628 §3.5: it stays at the slower pace.
    if (answer.error === 'slow_down') seconds += 5;
    else if (answer.error === 'access_denied') throw new Error('It was refused.');
    else if (answer.error === 'expired_token') throw new Error('Nobody answered in time. Start again.');
    else if (answer.error && answer.error !== 'authorization_pending') throw new Error(`${answer.error}: ${answer.error_description}`);
    else if (!answer.error) return answer;
  }
}

async function post(url, form) {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  // 429 and 503 are no answers to the question: wait, and ask again.
  if (response.status === 429 || response.status === 503) return { error: 'slow_down' };
  return response.json();
}

async function answerOf(response) {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}.`);
  return response.json();
}
