/** Where headers are; `rawHeaders` is preferred, for node joins lines of one name, or keeps only the first. */
export interface HeaderBearing {
  readonly rawHeaders?: readonly string[] | undefined;
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>> | undefined;
}

/** The values of a header whose values hold no comma, one for each line. @param name in lower case */
export function headerLines({ rawHeaders, headers }: HeaderBearing, name: string): readonly string[] {
  if (rawHeaders) return rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === name);
  const found = headers?.[name];
  if (found === undefined) return [];
  return (typeof found === 'string' ? [found] : found).flatMap((value) => value.split(',')).map((value) => value.trim());
}
