import './life.mjs';
import express from 'express';
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer';

const env = process.env;
const app = express();
app.disable('x-powered-by');
app.use(auth({ issuer: env.BENCH_ISSUER, jwksUri: env.BENCH_JWKS_URI, audience: env.BENCH_AUDIENCE, tokenSigningAlg: 'RS256' }));
app.get('/items', requiredScopes(env.BENCH_SCOPE), (_request, response) => {
  response.json({ customers: [{ id: 'cus_1', name: 'Ada' }], next_cursor: null });
});
app.use((error, _request, response, _next) => {
  response
    .set(error.headers)
    .status(error.status ?? 500)
    .json({ error: error.code });
});
app.listen(Number(env.BENCH_PORT), '127.0.0.1');
