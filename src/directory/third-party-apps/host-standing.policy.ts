/** What the operator says of a host: it vouches for it, it says nothing, or it does not want it. */
export const HOST_STANDINGS = ['listed', 'unverified', 'refused'] as const;
export type HostStanding = (typeof HOST_STANDINGS)[number];

export interface HostRules {
  readonly mode: 'off' | 'listed' | 'open';
  /** `app.example`, `*.app.example` for the names below it, `!bad.example`. */
  readonly hosts: readonly string[];
}

/** CIMD-10: asked before anything is fetched, and again at every use. */
export function hostStandingOf(host: string, { mode, hosts }: HostRules): HostStanding {
  if (mode === 'off' || isDenied(host, hosts)) return 'refused';
  if (hosts.some((rule) => matches(host, rule))) return 'listed';
  return mode === 'open' ? 'unverified' : 'refused';
}

/** Whether the operator does not want the host, whatever else is said; nor one whose dot at the end leads around the rules. */
export function isDenied(host: string, rules: HostRules['hosts']): boolean {
  return host.endsWith('.') || rules.some((rule) => rule.startsWith('!') && matches(host, rule.slice(1)));
}

function matches(host: string, rule: string): boolean {
  return rule.startsWith('*.') ? host.endsWith(rule.slice(1)) : host === rule;
}
