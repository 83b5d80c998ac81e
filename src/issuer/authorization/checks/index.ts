import { AuthorizationDetailsCheck } from './authorization-details.check.js';
import { ClientCheck } from './client.check.js';
import { CodeChallengeCheck } from './code-challenge.check.js';
import { GrantTypeCheck } from './grant-type.check.js';
import { OpenIdCheck } from './openid.check.js';
import { PromptCheck } from './prompt.check.js';
import { PushedOnlyCheck } from './pushed-only.check.js';
import { RedirectUriCheck } from './redirect-uri.check.js';
import { RepeatsCheck } from './repeats.check.js';
import { RequestObjectCheck } from './request-object.check.js';
import { ResponseModeCheck } from './response-mode.check.js';
import { ResponseTypeCheck } from './response-type.check.js';
import { ScopeCheck } from './scope.check.js';
import { SenderKeyCheck } from './sender-key.check.js';
import { SignInCheck } from './sign-in.check.js';
import { StateCheck } from './state.check.js';
import { TargetCheck } from './target.check.js';

/** Who asks, and where the answer goes. Until both are known nobody is sent anywhere (RFC 6749 §4.1.2.1). */
export const WHO_AND_WHERE = [ClientCheck, RedirectUriCheck];

/** What is asked for, wherever somebody asks. */
export const ACCESS = [ScopeCheck, TargetCheck, AuthorizationDetailsCheck];

/** Whether the request is a good one, in the order in which its mistakes are told. */
export const WHAT = [
  RepeatsCheck,
  StateCheck,
  RequestObjectCheck,
  PushedOnlyCheck,
  ResponseTypeCheck,
  ResponseModeCheck,
  GrantTypeCheck,
  CodeChallengeCheck,
  SenderKeyCheck,
  ...ACCESS,
  PromptCheck,
  SignInCheck,
  OpenIdCheck,
];
