import type { AdviceTable } from './error-advice.js';

/** By code: of services, their calls and their certificates. */
export const INTERNAL_ZONE_ADVICE: AdviceTable = {
  microservice_exists: {
    cause: 'Its name is taken, or another service has this SPIFFE id: two services that share one would be the same to everybody.',
    fix: 'GET /v1/microservices shows who has it. A name never changes; a SPIFFE id can be changed where it stands wrongly.',
  },
  call_policy_exists: {
    cause: 'There is one policy for each pair of caller and target, and this pair has one.',
    fix: 'Find it with GET /v1/call-policies, and add the scopes there with PATCH.',
  },
  certificate_authentication_failed: {
    cause:
      'A join token that was used, has ended after its ten minutes, or is cut off; a renewal without a certificate, or with one that has expired; or a service that was disabled.',
    fix: 'Make another join token with POST /v1/microservices/{id}/join-tokens. The audit event `certificate.refused` of this request names the reason.',
  },
  certificate_request_invalid: {
    cause:
      'No PKCS #10 request in PEM, a signature that does not fit its key, or a key of another kind than EC P-256, P-384 or RSA of 2048 to 4096 bits.',
    fix: 'Make one with `openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes`, and send the same join token again.',
  },
  foreign_trust_domain: {
    cause:
      'The microservice has a `spiffe_id` of a trust domain whose bundle was configured, such as a SPIRE: its certificates come from there.',
    fix: 'Let that authority issue it. For certificates from here take `spiffe_id` away from the microservice.',
  },
  rotation_in_progress: {
    cause: 'Somebody asked for another authority a moment ago. The next one waits until every service can have heard of it.',
    fix: 'Wait: it takes over by itself. GET /v1/certificate-authorities says when.',
  },
};
