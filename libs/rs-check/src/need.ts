/** What a check cannot do without. */
export type Need = 'forge' | 'revocation' | 'scope' | 'org' | 'foreign-url' | 'published-key';
