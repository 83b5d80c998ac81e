import { applyDecorators } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { checkStepUp, type StepUp } from '@countersign/resource-server';
import { declareStepUp } from './access-rule.js';

/**
 * RFC 9470: beside `@RequireScopes`, for what a person must have signed in for a moment ago, or in a stronger way. Who has not gets a 401 that
 * says what is needed; programs that act for themselves get a 403. On a controller it holds for all its routes.
 */
export function RequireSignIn(stepUp: StepUp): MethodDecorator & ClassDecorator {
  const checked = checkStepUp(stepUp);
  const { maxAgeSeconds, acrValues } = checked;
  const documented = {
    ...(maxAgeSeconds !== undefined && { max_age: maxAgeSeconds }),
    ...(acrValues && { acr_values: acrValues }),
  };
  return applyDecorators(declareStepUp(checked), ApiExtension('x-required-sign-in', documented));
}
