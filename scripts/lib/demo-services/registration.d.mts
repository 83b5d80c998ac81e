interface Policy {
  caller: string;
  target: string;
  scopes: string[];
  org_mode: string;
}
export const SERVICES: readonly string[];
export const PUBLIC_API: string;
export const POLICIES: readonly Policy[];
export const UNUSED: Policy;
