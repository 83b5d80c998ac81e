import type { AppRegistration } from '@countersign/oauth';

/**
 * What is sure about an app beside what it says about itself (CON-1): somebody here has registered it; it is whoever owns the address
 * that is its client id; or nothing.
 */
export type AppIdentity =
  | { readonly kind: 'registered' }
  | { readonly kind: 'address'; readonly host: string }
  | { readonly kind: 'self_registered' };

export function appIdentityOf(id: string, { registration }: Pick<AppRegistration, 'registration'>): AppIdentity {
  if (registration === 'administrator') return { kind: 'registered' };
  if (registration === 'metadata_document' && URL.canParse(id)) return { kind: 'address', host: new URL(id).host };
  return { kind: 'self_registered' };
}
