/** What one claim must be: a value, or one of several. A `*` in a text stands for one whole segment. */
export type ClaimValue = string | number | boolean;
export type ClaimPattern = ClaimValue | readonly ClaimValue[] | ClaimPatterns;

/** Claims of a rule by name, as they stand in the token: members of an object in an object. All of them must match. */
export interface ClaimPatterns {
  readonly [name: string]: ClaimPattern;
}

/** Segments at even places, the separators `/` and `:` between them. */
export function segmentsOf(text: string): string[] {
  return text.split(/([/:])/);
}

export function hasWildcard(text: string): boolean {
  return segmentsOf(text).includes('*');
}

export function isPatterns(pattern: ClaimPattern): pattern is ClaimPatterns {
  return typeof pattern === 'object' && !Array.isArray(pattern);
}

/** The alternatives of a claim. */
export function valuesOf(pattern: ClaimValue | readonly ClaimValue[]): readonly ClaimValue[] {
  return Array.isArray(pattern) ? (pattern as readonly ClaimValue[]) : [pattern as ClaimValue];
}
