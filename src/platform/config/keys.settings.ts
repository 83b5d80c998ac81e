import { str } from 'envalid';
import { secretText, versionedKeys } from './setting-types.js';

const KEY_FORMAT = 'v1:$(openssl rand -base64 32)';

export const keysSettings = {
  KEY_ENCRYPTION_KEYS_EXTERNAL: versionedKeys({
    desc: 'Key-encryption keys of the external zone as version:base64, comma-separated, the current one first.',
    example: KEY_FORMAT,
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production' && env['ZONES'] !== 'internal',
  }),
  KEY_ENCRYPTION_KEYS_INTERNAL: versionedKeys({
    desc: 'Key-encryption keys of the internal zone, in the same form; never those of the external zone.',
    example: KEY_FORMAT,
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production' && env['ZONES'] !== 'external',
  }),
  SECRET_PEPPERS: versionedKeys({
    desc: 'Peppers of stored secrets, in the same form; a row names the version that made it.',
    example: KEY_FORMAT,
    default: undefined,
    requiredWhen: (env) => env['NODE_ENV'] === 'production',
  }),
  OPERATOR_CLIENT_ID: str({ desc: 'Client id of the first operator, for a headless first start (sp_…).', default: undefined }),
  OPERATOR_CLIENT_SECRET: secretText({ desc: 'Its secret, in the csn_secret_ format.', default: undefined }),
};
