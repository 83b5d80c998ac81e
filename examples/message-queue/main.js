// Publishes three messages and says what became of them: one with a token, one without, one with a token that was changed.
import { setTimeout as pause } from 'node:timers/promises';
import { Broker } from './broker.js';
import { consumeReportRequests } from './consumer.js';

const { ISSUER = 'http://localhost:3000', AUDIENCE = `${ISSUER}/analytics`, CLIENT_ID = '', CLIENT_SECRET = '' } = process.env;

const broker = new Broker();
const done = [];
consumeReportRequests(broker, (org, request) => void done.push(`${request.kind} report for ${org}`));

const token = await getToken();
const value = JSON.stringify({ kind: 'activity' });
broker.publish('report-requests', { value, headers: { access_token: token } });
broker.publish('report-requests', { value });
broker.publish('report-requests', { value, headers: { access_token: `${token}A` } });

while (done.length + broker.deadLetters.length < 3) await pause(50);
for (const line of done) console.log(`done: ${line}`);
for (const { reason } of broker.deadLetters) console.log(`dead letter: ${reason}`);

/** The producer's own token; @countersign/client keeps one and renews it. */
async function getToken() {
  const form = { grant_type: 'client_credentials', client_id: CLIENT_ID, client_secret: CLIENT_SECRET, audience: AUDIENCE };
  const response = await fetch(`${ISSUER}/oauth/token`, { method: 'POST', body: new URLSearchParams(form) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`No token: ${answer.error} (set CLIENT_ID and CLIENT_SECRET)`);
  return answer.access_token;
}
