import { readFileSync } from 'node:fs';
import express, { type ErrorRequestHandler, type Express, type Request, type Response } from 'express';
import * as client from 'openid-client';
import { JustChanged, NoLongerConnected, type Countersign } from './connection.js';
import { dashboardPage, troublePage, welcomePage } from './pages.js';
import type { Saasalytics } from './saasalytics.js';
import { Visits } from './visits.js';

const STYLE = readFileSync(new URL('../src/style.css', import.meta.url), 'utf8');
const SECURITY = {
  'content-security-policy': "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};
const DISCONNECTED = {
  title: 'Pulse is no longer connected',
  text: 'You, or an administrator of your organization, took back what Pulse was allowed. It kept none of your figures.',
};

export function partnerApp(countersign: Countersign, saasalytics: Saasalytics): Express {
  const visits = new Visits();
  const app = express();
  app.disable('x-powered-by');
  app.use((_, response, next) => {
    response.set(SECURITY);
    next();
  });

  app.get('/style.css', (_, response) => {
    response.type('css').send(STYLE);
  });

  app.get('/', async (request, response) => {
    const connection = visits.of(request)?.connection;
    if (!connection) return void response.send(welcomePage());
    const [organization, report] = await Promise.all([saasalytics.organization(connection), saasalytics.report(connection)]);
    response.send(dashboardPage(connection, organization, report));
  });

  app.get('/connect', async (request, response) => {
    const connection = visits.of(request)?.connection;
    const { url, attempt } = await countersign.begin(connection !== undefined);
    visits.begin(response, { attempt, connection });
    response.redirect(url.href);
  });

  app.get('/callback', async (request, response) => {
    const visit = visits.of(request);
    if (!visit?.attempt) return void response.status(400).send(troublePage('That link is used up', 'Begin again from here.'));
    const { attempt, connection: before } = visit;
    visit.attempt = undefined;
    const connection = await countersign.finish(request.originalUrl, attempt);
    if (before) await countersign.disconnect(before);
    visit.connection = undefined;
    visits.begin(response, { connection });
    response.redirect('/');
  });

  app.post('/renew', async (request, response) => {
    const connection = visits.of(request)?.connection;
    if (connection) await countersign.renew(connection);
    response.redirect(303, '/');
  });

  app.post('/disconnect', async (request, response) => {
    const visit = visits.of(request);
    if (visit?.connection) await countersign.disconnect(visit.connection);
    if (visit) visit.connection = undefined;
    response.send(welcomePage({ title: 'Disconnected', text: 'Pulse gave back its access and can read nothing more.' }));
  });

  const onError: ErrorRequestHandler = (error: unknown, request, response, _next) => explain(error, request, response);
  app.use(onError);

  function explain(error: unknown, request: Request, response: Response): void {
    const visit = visits.of(request);
    if (error instanceof NoLongerConnected) {
      if (visit) visit.connection = undefined;
      return void response.send(welcomePage(DISCONNECTED));
    }
    // Sent back by Countersign with an error in place of a code.
    if (error instanceof client.AuthorizationResponseError)
      return visit?.connection ? response.redirect('/') : void response.send(refusedPage(error));
    if (error instanceof JustChanged)
      return void response
        .status(503)
        .set('refresh', '4; url=/')
        .send(troublePage('Just a moment', 'What Pulse may read has just changed. It will be here in a few seconds.', '/'));
    console.error(error);
    response
      .status(502)
      .send(troublePage('That did not work', 'Saasalytics could not be reached, or gave an answer that Pulse does not understand.'));
  }

  return app;
}

function refusedPage({ error, error_description: description }: client.AuthorizationResponseError): string {
  if (error !== 'access_denied') return troublePage('Not connected', `Saasalytics said: ${description ?? error}`);
  const advice = 'You can connect whenever you like. If your organization does not admit Pulse, ask an administrator of it.';
  return welcomePage({ title: 'Not connected', text: `Nothing was allowed, and Pulse has read nothing. ${advice}` });
}
