// Broken: decodes the token and checks every claim, but never the signature. It looks right in every demo.
import { serve } from './shared/api.mjs';
import { checkAudience, checkContent, checkDates, checkHeader, checkIssuer, holdsScope, readCompact } from './shared/verification.mjs';

serve(async (token) => {
  const jws = readCompact(token);
  checkHeader(jws);
  checkIssuer(jws);
  checkAudience(jws);
  checkDates(jws);
  checkContent(jws);
  return jws.claims;
}, holdsScope);
