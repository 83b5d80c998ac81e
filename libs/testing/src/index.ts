export { CountersignProcess, type StartOptions } from './start-countersign.js';
export { testIssuer, type TestIssuer, type TestIssuerOptions, type TestTokenOptions } from './tokens.js';
