import { serveNestApp } from './nest-app.mjs';

await serveNestApp();
