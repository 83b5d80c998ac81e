// Broken: takes every token of its issuer, whichever API it is for.
import { serve } from './shared/api.mjs';
import { checkContent, checkDates, checkHeader, checkIssuer, checkSignature, holdsScope, readCompact } from './shared/verification.mjs';

serve(async (token) => {
  const jws = readCompact(token);
  checkHeader(jws);
  await checkSignature(jws);
  checkIssuer(jws);
  checkDates(jws);
  checkContent(jws);
  return jws.claims;
}, holdsScope);
