export { ID_TOKEN_ALG, IdTokens, type IdTokenHint } from './id-tokens.js';
export { IdTokensModule } from './id-tokens.module.js';
