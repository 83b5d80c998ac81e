import type { Caller } from './caller.js';

/** How a person must have signed in for an operation (RFC 9470). */
export interface StepUp {
  /** Seconds since they did. */
  readonly maxAgeSeconds?: number;
  /** `acr` of the token is one of these. */
  readonly acrValues?: readonly string[];
}

/** RFC 9470 §3, RFC 6749 §3.3: what can stand in a quoted list. */
const ACR = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

/** @throws TypeError for one that asks for nothing, or for what no token could say: a slip must not open a route. */
export function checkStepUp(stepUp: StepUp): StepUp {
  const { maxAgeSeconds, acrValues = [] } = stepUp;
  if (maxAgeSeconds === undefined && acrValues.length === 0) throw new TypeError('A step-up names maxAgeSeconds, acrValues, or both.');
  if (maxAgeSeconds !== undefined && !(Number.isInteger(maxAgeSeconds) && maxAgeSeconds >= 0))
    throw new TypeError('maxAgeSeconds is a whole number of seconds.');
  if (!acrValues.every((value) => ACR.test(value))) throw new TypeError('A value of acrValues holds a space, a quote or a backslash.');
  return Object.freeze({ ...stepUp });
}

/** STEP-3: a program that acts for itself cannot sign in again, so that it is told something else. */
export function judgeStepUp(
  caller: Caller,
  { maxAgeSeconds, acrValues }: StepUp,
  now = Date.now(),
): 'person_required' | 'insufficient' | undefined {
  const { auth_time: authTime, acr } = caller.claims ?? {};
  if (authTime === undefined && !actsForPerson(caller)) return 'person_required';
  const isRecent = maxAgeSeconds === undefined || (authTime !== undefined && now / 1000 - authTime <= maxAgeSeconds);
  const isStrong = !acrValues?.length || (acr !== undefined && acrValues.includes(acr));
  return isRecent && isStrong ? undefined : 'insufficient';
}

function actsForPerson({ principalType, subject, clientId }: Caller): boolean {
  return (principalType === 'app' || principalType === 'agent') && subject !== clientId;
}
