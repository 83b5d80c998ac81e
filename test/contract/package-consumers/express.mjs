import express from 'express';
import { announce, judge } from './judge.mjs';

const app = express();
app.get('/open', (_, response) => response.json({ open: true }));
app.get('/reports', (request, response, next) =>
  judge(request, 'read:reports').then(({ claims }) => response.json({ org: claims.org_id }), next),
);
app.use((refusal, _request, response, next) => {
  if (!refusal.challenges) return next(refusal);
  return response.status(refusal.status).set('www-authenticate', refusal.challenges).json({ code: refusal.code });
});
const server = app.listen(0, '127.0.0.1', () => announce(server.address().port));
