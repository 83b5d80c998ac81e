import type { FormParameters } from '@countersign/oauth';
import type { AppClient, AuthorizationCheck, AuthorizationFacts, CheckedRequest } from './authorization-facts.js';
import { Known } from './authorization-facts.js';

/** Asks every check in its order, the later ones knowing what the earlier ones have found out. */
export class AuthorizationChecks {
  constructor(
    private readonly whoAndWhere: readonly AuthorizationCheck[],
    private readonly what: readonly AuthorizationCheck[],
    private readonly access: readonly AuthorizationCheck[],
  ) {}

  /** @throws OAuthError: nobody may be sent anywhere */
  findWhere(request: CheckedRequest): Promise<Known> {
    return this.run(this.whoAndWhere, request, new Known());
  }

  /** @throws OAuthError, which the app may be told if it is trusted */
  async findWhat(request: CheckedRequest, where: Known): Promise<AuthorizationFacts> {
    return (await this.run(this.what, request, where)).all();
  }

  /** What a client may ask people for, of what it asks for. @throws OAuthError */
  async findAccess(params: FormParameters, client: AppClient): Promise<Pick<AuthorizationFacts, 'api' | 'scopes'>> {
    const known = await this.run(this.access, { params, isPushed: false }, new Known().with({ client }));
    return { api: known.get('api'), scopes: known.get('scopes') };
  }

  private async run(checks: readonly AuthorizationCheck[], request: CheckedRequest, begin: Known): Promise<Known> {
    let known = begin;
    for (const check of checks) known = known.with((await check.check(request, known)) ?? undefined);
    return known;
  }
}
