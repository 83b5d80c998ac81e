export { addCertificateHook, clientCertificateOf } from './client-certificate.js';
export { addCrossOriginHooks, CrossOrigin } from './cross-origin.js';
export { addRefusedBodyHook } from './refused-bodies.js';
export { addRequestHooks, noteSubject, type RequestSubject } from './request-hooks.js';
export { createFastifyAdapter, SERVER_LIMITS } from './fastify-adapter.js';
export { assignZone, zoneOf } from './listener-zones.js';
export { RequestZone } from './request-zone.decorator.js';
export { createValidationPipe } from './validation.pipe.js';
export { answerError, type ErrorAnswer } from './error-answer.js';
export { ErrorFilter } from './error.filter.js';
export { ErrorPages } from './error-pages.js';
export {
  HTTP_PROBLEMS,
  httpProblem,
  type HttpProblemCode,
  Problem,
  type ProblemDefinition,
  type ProblemDocument,
  type ProblemItem,
  type ProblemTable,
} from './problem.js';
export { guardHooks } from './guard-hooks.js';
export { UnusedConnections } from './unused-connections.js';
export { InZone, ZONES_METADATA } from './zone.decorator.js';
export { KeepsRawBody, rawBodyOf } from './raw-body.js';
export { IsMoment, isMoment } from './moment.decorator.js';
export { ListQuery, listDocument, type ListDocument } from './list-query.js';
export { Origin, originOf } from './origin.js';
export { ZoneGuard } from './zone.guard.js';
