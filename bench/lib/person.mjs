// A person with a browser without scripts, at the product: signs in, allows an app, and then only comes by for codes.
import { createHash, randomBytes } from 'node:crypto';

const AT_ONCE = 16;
const VERIFIER = randomBytes(32).toString('base64url');
/** One proof for all codes: each of them is still checked. */
export const PKCE = { verifier: VERIFIER, challenge: createHash('sha256').update(VERIFIER).digest('base64url') };

export class Person {
  #base;
  #cookies = new Map();

  constructor(base) {
    this.#base = base;
  }

  static async signedIn(base, { email, password }) {
    const person = new Person(base);
    const { csrf_token } = await (await person.#send('/login/state')).json();
    const answer = await person.#send('/login', [
      ['csrf_token', csrf_token],
      ['email', email],
      ['password', password],
    ]);
    if (answer.status !== 303) throw new Error(`signing in answered ${answer.status}: ${await answer.text()}`);
    return person;
  }

  async allow(authorization) {
    const interaction = (await this.#ask(authorization)).searchParams.get('interaction');
    if (!interaction) return;
    const { csrf_token, asked } = await (await this.#send(`/consent/state?interaction=${interaction}`)).json();
    const [place] = asked.places;
    const answer = await this.#send('/consent', [
      ['csrf_token', csrf_token],
      ['interaction', interaction],
      ['decision', 'allow'],
      ['org_id', place.org_id],
      ...place.scopes.map(({ name }) => ['scope', name]),
    ]);
    if (answer.status !== 303) throw new Error(`allowing answered ${answer.status}: ${await answer.text()}`);
  }

  /** Nobody is asked again: each request is answered with a code at once. */
  async codes(authorization, count) {
    const codes = [];
    const worker = async () => {
      while (codes.length < count) {
        const at = codes.push(undefined) - 1;
        codes[at] = (await this.#ask(authorization)).searchParams.get('code');
        if (!codes[at]) throw new Error('the authorization endpoint gave no code');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    return codes;
  }

  async #ask(authorization) {
    const parameters = {
      response_type: 'code',
      code_challenge: PKCE.challenge,
      code_challenge_method: 'S256',
      state: 'bench',
      ...authorization,
    };
    const answer = await this.#send(`/oauth/authorize?${new URLSearchParams(parameters)}`);
    await answer.arrayBuffer();
    if (answer.status !== 303) throw new Error(`the authorization endpoint answered ${answer.status}`);
    return new URL(answer.headers.get('location'), this.#base);
  }

  async #send(path, form) {
    const answer = await fetch(this.#base + path, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '), 'sec-fetch-site': 'same-origin', origin: 'null' },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      this.#cookies.set(name, value);
    }
    return answer;
  }
}
