import { Logger, type ExecutionContext, type OnModuleDestroy } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import passport from 'passport';
import {
  decisionOf,
  handlesOf,
  holdsScopes,
  insufficientScope,
  insufficientUserAuthentication,
  isPreflight,
  judgeStepUp,
  missingCredentials,
  peekBearerToken,
  personRequired,
  refusalFor,
  ResourceRequestRefused,
  schemeOf,
  type AccessDecision,
} from '@countersign/resource-server';
import { AccessTokenStrategy, type AccessTokenStrategyOptions } from './access-token-strategy.js';
import { CallerCredentials, type CallerCredential } from './caller-credential.js';
import { callerOf, type Caller } from './caller.js';
import type { CountersignGuardOptions, GuardHooks, RequestContext } from './countersign-guard-options.js';
import { httpFacts, tokenBearing, type GuardedRequest } from './guarded-request.js';
import { IssuerApiKeys } from './issuer-api-keys.js';
import { ProtectedResources } from './protected-resources.js';
import { RefusalLog } from './refusal-log.js';
import { RouteTable, type GuardedRoute, type ProtectedRoute } from './route-table.js';

let instances = 0;

/** Refusals of a caller who was proven. */
const PROVEN_AND_REFUSED: readonly string[] = ['insufficient_scope', 'insufficient_user_authentication', 'person_required'];

/**
 * Guards every route of the process. A route that declares nothing is closed to everybody.
 * Built on @nestjs/passport: passport runs AccessTokenStrategy, under a name of this instance, because passport's registry is global.
 */
export class AccessTokenGuard extends AuthGuard() implements OnModuleDestroy {
  private readonly logger = new Logger(AccessTokenGuard.name);
  private readonly routes: RouteTable;
  private readonly credentials: CallerCredentials;
  private readonly hooks: GuardHooks;
  private readonly strategyName: string;
  private readonly reportedRoutes = new Set<string>();

  constructor(options: CountersignGuardOptions) {
    const strategyName = `countersign-${++instances}`;
    super({ defaultStrategy: strategyName });
    this.strategyName = strategyName;
    this.routes = new RouteTable(new ProtectedResources(options));
    this.credentials = new CallerCredentials(credentialsOf(options));
    const log = new RefusalLog(this.logger);
    this.hooks = { onRefused: (refusal, context) => log.write(refusal, context), ...options };
    passport.use(strategyName, new AccessTokenStrategy());
  }

  onModuleDestroy(): void {
    passport.unuse(this.strategyName);
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    // Only HTTP carries what is judged here; a gateway or a message handler must not pass unseen.
    if (context.getType() !== 'http') throw new Error('AccessTokenGuard guards HTTP routes only.');
    const route = this.routes.find(context);
    if (route.access === 'open') return true;
    if (route.access === 'undeclared') return this.refuseUndeclared(route, context);
    return this.admit(route, context);
  }

  private admit(route: ProtectedRoute, context: ExecutionContext): boolean | Promise<boolean> {
    const request = requestOf(context);
    try {
      if (isPreflight(request)) throw new ResourceRequestRefused('preflight_unanswered', 'This API answers no cross-origin requests.');
      const credential = this.credentials.recognise(request);
      const remembered = credential ? credential.recall?.(request, route.resource) : this.recall(route, request);
      if (remembered) return this.accept(remembered, route, context);
      return this.authenticate(credential, route, context);
    } catch (error) {
      throw this.refused(error, route, request);
    }
  }

  /** The hot path: a token whose signature is remembered needs neither passport nor a promise. */
  private recall({ resource: { identifier, judge }, scopes }: ProtectedRoute, request: GuardedRequest): Caller | undefined {
    const token = peekBearerToken(tokenBearing(request));
    if (token === undefined) return undefined;
    const verified = judge.judgeRemembered(token, request.raw ?? httpFacts(request), { audience: identifier, scopes });
    return verified && callerOf(verified);
  }

  private async authenticate(credential: CallerCredential | undefined, route: ProtectedRoute, context: ExecutionContext): Promise<boolean> {
    const request = requestOf(context);
    try {
      if (credential) return this.accept(await credential.prove(request, route.resource), route, context);
      await super.canActivate(context);
      if (!request.user) throw missingCredentials(route.resource, route.suggestedScopes);
      return this.accept(request.user, route, context);
    } catch (error) {
      throw this.refused(error, route, request);
    }
  }

  private accept(caller: Caller, route: ProtectedRoute, context: ExecutionContext): true {
    const request = requestOf(context);
    request.user = caller;
    requireAllowed(caller, route, request);
    const nonce = caller.claims?.cnf?.jkt === undefined ? undefined : route.resource.dpop?.nonce();
    // RFC 9449 §8.2: the nonce of the next proof. Express and Fastify both have `header`.
    if (nonce !== undefined) context.getArgByIndex<HeaderTaker>(1).header('dpop-nonce', nonce);
    this.hooks.onAccepted?.(caller, requestContext(route, request));
    this.decided(route, 'accepted', { caller, request });
    return true;
  }

  /** For @nestjs/passport: reaches AccessTokenStrategy.authenticate as its options. */
  override getAuthenticateOptions(context: ExecutionContext): AccessTokenStrategyOptions | undefined {
    const route = this.routes.find(context);
    return route.access === 'protected' ? route.strategyOptions : undefined;
  }

  /** For @nestjs/passport, whose own answer to a missing caller would be a bare 401. */
  override handleRequest<User>(error: unknown, user: User): User {
    if (error) throw error;
    return user;
  }

  private refused(error: unknown, route: ProtectedRoute, request: GuardedRequest): unknown {
    const refusal = refusalFor(error, route.resource, schemeOf(tokenBearing(request)));
    if (!(refusal instanceof ResourceRequestRefused)) return refusal;
    const caller = PROVEN_AND_REFUSED.includes(refusal.code) ? request.user : undefined;
    this.hooks.onRefused?.(refusal, { ...requestContext(route, request), ...(caller && { caller }) });
    this.decided(route, refusal.code, { caller, request });
    return refusal;
  }

  private decided(
    { name, scopes, resource }: ProtectedRoute,
    result: AccessDecision['result'],
    { caller, request }: { caller: Caller | undefined; request: GuardedRequest },
  ): void {
    if (!this.hooks.onDecision) return;
    const requestId = typeof request.id === 'string' ? request.id : undefined;
    const decision = { audience: resource.identifier, operation: name, scopes, result, claims: caller && handlesOf(caller), requestId };
    this.hooks.onDecision(decisionOf(decision, request.raw ?? request));
  }

  private refuseUndeclared(route: GuardedRoute, context: ExecutionContext): never {
    if (!this.reportedRoutes.has(route.name)) {
      this.reportedRoutes.add(route.name);
      this.logger.error(`${route.name} declares no access and is closed: add @RequireScopes(…), @Public() or @ClientAuthenticated().`);
    }
    const refusal = new ResourceRequestRefused('access_not_declared', 'This route is closed.');
    this.hooks.onRefused?.(refusal, { request: requestOf(context), route: route.name, audience: '' });
    this.hooks.onDecision?.({ audience: '', operation: route.name, scopes: [], result: refusal.code });
    throw refusal;
  }
}

function credentialsOf({ credentials = [], apiKeys }: GuardHooks): readonly CallerCredential[] {
  return apiKeys ? [...credentials, new IssuerApiKeys(apiKeys)] : credentials;
}

interface HeaderTaker {
  header(name: string, value: string): unknown;
}

/** STEP-4: in this order. */
function requireAllowed(caller: Caller, { scopes, stepUp, resource }: ProtectedRoute, request: GuardedRequest): void {
  if (!holdsScopes(caller.scopes, scopes)) throw insufficientScope(resource, scopes, schemeOf(tokenBearing(request)));
  const lack = stepUp && judgeStepUp(caller, stepUp);
  if (lack === 'person_required') throw personRequired();
  if (lack) throw insufficientUserAuthentication(resource, stepUp, schemeOf(tokenBearing(request)));
}

/** As `switchToHttp().getRequest()`, which makes four closures to say it. */
function requestOf(context: ExecutionContext): GuardedRequest {
  return context.getArgByIndex<GuardedRequest>(0);
}

function requestContext(route: ProtectedRoute, request: GuardedRequest): RequestContext {
  return { request, route: route.name, audience: route.resource.identifier };
}
