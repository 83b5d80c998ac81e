import { IDENTITY_API, type SystemApi } from '../../directory/api-resources/index.js';
import { IDENTITY_SCOPE_REGISTRY } from './scopes/index.js';

export const USERINFO_PATH = '/oauth/userinfo';

/** UserInfo as an API like any other: apps are registered for its scopes, people allow them, organizations admit who asks, and all of it can end. */
export function identityApi(publicUrl: string): SystemApi {
  return {
    key: IDENTITY_API,
    identifier: publicUrl + USERINFO_PATH,
    name: 'Sign-in',
    zone: 'external',
    scopes: [...IDENTITY_SCOPE_REGISTRY].map(({ name, description }) => ({
      name,
      description,
      risk: 'low',
      assignableBy: 'org_admin',
      delegable: true,
    })),
  };
}
