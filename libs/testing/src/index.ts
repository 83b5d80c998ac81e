export { serveTestIssuer, type ServedTestIssuer, type ServeTestIssuerOptions } from './served-issuer.js';
export { CountersignProcess, type StartOptions } from './start-countersign.js';
export { generateTestKey, signToTheLetter, type TestKey } from './test-key.js';
export {
  accessTokenClaims,
  testIssuer,
  type SigningChoice,
  type TestIssuer,
  type TestIssuerOptions,
  type TestTokenOptions,
} from './tokens.js';
