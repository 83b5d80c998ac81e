export { currentRequest, tracedOutbound, type RequestIdentity } from './request-identity.js';
export { Tracing, type BegunRequest } from './tracing.js';
