// Broken: looks for the needed scope inside the text of the scope claim, where longer scopes hold it too.
import { serve } from './shared/api.mjs';
import { checkAudience, checkContent, checkDates, checkHeader, checkIssuer, checkSignature, readCompact } from './shared/verification.mjs';

serve(
  async (token) => {
    const jws = readCompact(token);
    checkHeader(jws);
    await checkSignature(jws);
    checkIssuer(jws);
    checkAudience(jws);
    checkDates(jws);
    checkContent(jws);
    return jws.claims;
  },
  ({ scope }, needed) => Boolean(scope?.includes?.(needed)),
);
