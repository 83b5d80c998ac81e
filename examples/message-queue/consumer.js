import { ResourceRequestRefused, ResourceServer } from '@countersign/resource-server';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics` } = process.env;
const TOPIC = 'report-requests';

// One per process: it holds the issuer's keys and the tokens that were found good.
const api = new ResourceServer({ issuer: ISSUER, audience: AUDIENCE });

/** Generates a report for each message whose token allows it; `report` gets the organization from the token, never from the message. */
export function consumeReportRequests(broker, report) {
  broker.subscribe(TOPIC, async (message) => {
    try {
      // The broker says who may publish; the token says for whom, and what. Judged when the message is taken, not when it was sent.
      const { orgId } = await api.verifyToken(message.headers.access_token?.toString(), {
        scopes: ['generate:reports'],
        operation: 'report-requests.consume',
      });
      await report(orgId, JSON.parse(message.value.toString()));
    } catch (error) {
      if (!(error instanceof ResourceRequestRefused)) broker.deadLetter(TOPIC, message, 'failed');
      // Our own outage: the message may be good.
      else if (error.status === 503) broker.retry(TOPIC, message, error.retryAfterSeconds ?? 5);
      else broker.deadLetter(TOPIC, message, `${error.code} (${error.reason})`);
    }
  });
}
