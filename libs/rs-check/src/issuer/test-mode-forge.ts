import type { SigningChoice } from '@countersign/testing';
import { SetupError } from '../setup-error.js';
import type { Forge } from '../tokens/forge.js';
import { fetchJson } from './fetch-json.js';
import { wordsOf, type OAuthClient } from './oauth-client.js';

const SCOPE = 'write:test-tokens';

/** Countersign's test mode: an operator has the issuer sign what it never would otherwise. */
export class TestModeForge implements Forge {
  readonly name = 'the test mode of the issuer';

  private constructor(
    private readonly url: string,
    private readonly accessToken: string,
    private readonly allowHttp: boolean,
  ) {}

  /** @throws SetupError when the operator gets no token for it. */
  static async open(issuer: string, operator: OAuthClient, allowHttp: boolean): Promise<TestModeForge> {
    return new TestModeForge(`${issuer}/v1/test-tokens`, await operator.token(`${issuer}/v1`, [SCOPE]), allowHttp);
  }

  sign(header: string, payload: string, { key, signAs }: SigningChoice = {}): Promise<string> {
    return this.post({ header, claims: payload, key, sign_as: signAs });
  }

  /** With the header that the issuer's tokens really have. */
  token(claims: Readonly<Record<string, unknown>>): Promise<string> {
    return this.post({ claims });
  }

  private async post(body: object): Promise<string> {
    const answer = await fetchJson(this.url, {
      allowHttp: this.allowHttp,
      method: 'POST',
      headers: { authorization: `Bearer ${this.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { token } = answer.body;
    if (answer.status === 404)
      throw new SetupError(`${this.url} does not exist: start the issuer with DANGEROUSLY_ENABLE_TEST_TOKENS=true, never in production.`);
    if (answer.status !== 201 || typeof token !== 'string') throw new SetupError(`The issuer signed no test token: ${wordsOf(answer)}`);
    return token;
  }
}
