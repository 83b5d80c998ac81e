export { currentRequest, tracedOutbound, type RequestIdentity } from './request-identity.js';
export { Tracing, type BegunRequest, type RequestOutcome } from './tracing.js';
