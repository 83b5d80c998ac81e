// The same sample app behind the product's own guard, as a customer's Nest app would use it.
import { CountersignGuardModule, RequireScopes } from '../../dist/libs/guards/src/index.js';
import { serveNestApp } from './nest-app.mjs';

const env = process.env;

await serveNestApp({
  imports: [
    CountersignGuardModule.forRoot({
      issuer: env.BENCH_ISSUER,
      audience: env.BENCH_AUDIENCE,
      jwksUri: env.BENCH_JWKS_URI,
      // As old as can be: the proofs of a run are made before it.
      ...(env.BENCH_DPOP_URL && { dpop: { externalUrl: env.BENCH_DPOP_URL, maxProofAgeSeconds: 300 } }),
    }),
  ],
  protect: [RequireScopes(env.BENCH_SCOPE)],
});
