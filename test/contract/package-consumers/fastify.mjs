import Fastify from 'fastify';
import { announce, judge } from './judge.mjs';

const app = Fastify();
app.setErrorHandler((refusal, _, reply) =>
  reply.code(refusal.status).header('www-authenticate', refusal.challenges).send({ code: refusal.code }),
);
app.get('/open', () => ({ open: true }));
app.get('/reports', (request) => judge(request.raw, 'read:reports').then(({ claims }) => ({ org: claims.org_id })));
await app.listen({ port: 0, host: '127.0.0.1' });
await announce(app.server.address().port);
