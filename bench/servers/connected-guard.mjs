// The sample app behind the product's own guard, connected to its issuer: it follows revocations, and takes API keys too.
import { CountersignGuardModule, RequireScopes } from '../../dist/libs/guards/src/index.js';
import { IssuerConnection } from '../../dist/libs/resource-server/src/index.js';
import { serveNestApp } from './nest-app.mjs';

const env = process.env;
const connection = new IssuerConnection({
  issuer: env.BENCH_ISSUER,
  audience: env.BENCH_AUDIENCE,
  credential: { apiId: env.BENCH_API_ID, secret: env.BENCH_API_SECRET },
  apiKeys: true,
});
await connection.start();

await serveNestApp({ imports: [CountersignGuardModule.forRoot({ ...connection })], protect: [RequireScopes(env.BENCH_SCOPE)] });
