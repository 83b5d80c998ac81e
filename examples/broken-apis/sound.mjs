// Nothing is wrong here: rs-check finds nothing. The other samples differ from it in one point each.
import { serve } from './shared/api.mjs';
import {
  checkAudience,
  checkContent,
  checkDates,
  checkHeader,
  checkIssuer,
  checkSignature,
  holdsScope,
  readCompact,
} from './shared/verification.mjs';

serve(async (token) => {
  const jws = readCompact(token);
  checkHeader(jws);
  await checkSignature(jws);
  checkIssuer(jws);
  checkAudience(jws);
  checkDates(jws);
  checkContent(jws);
  return jws.claims;
}, holdsScope);
