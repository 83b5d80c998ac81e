export { TestTokensModule } from './test-tokens.module.js';
