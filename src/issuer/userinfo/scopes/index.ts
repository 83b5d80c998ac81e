import { Registry } from '@countersign/oauth';
import { emailScope } from './email.scope.js';
import { openidScope } from './openid.scope.js';
import { profileScope } from './profile.scope.js';

/** In the order in which people see them. Add a file, a line, and the name to `IDENTITY_SCOPES`. */
export const IDENTITY_SCOPE_REGISTRY = new Registry('identity scope', [openidScope, profileScope, emailScope]);
