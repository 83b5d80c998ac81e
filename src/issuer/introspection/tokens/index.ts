import { AccessTokenKind } from './access-token.kind.js';
import { ApiKeyKind } from './api-key.kind.js';
import { RefreshTokenKind } from './refresh-token.kind.js';

/** Every kind of token that can be asked about. Add a file and a line. */
export const TOKEN_KINDS = [AccessTokenKind, RefreshTokenKind, ApiKeyKind];
