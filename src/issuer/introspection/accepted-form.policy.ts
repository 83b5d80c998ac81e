const SIGNED = 'application/token-introspection+jwt';

/** RFC 9701 §4: whether the caller asks for a signed answer. Anything but its own media type is answered in JSON. */
export function wantsSignedAnswer(accept: string | undefined): boolean {
  if (accept === undefined) return false;
  return qualityOf(accept, SIGNED) > 0 && qualityOf(accept, SIGNED) >= qualityOf(accept, 'application/json');
}

/** RFC 9110 §12.4.2: 1 where the header does not say, 0 for what it does not name. */
function qualityOf(accept: string, type: string): number {
  for (const range of accept.toLowerCase().split(',')) {
    const [name = '', ...parameters] = range.split(';').map((part) => part.trim());
    if (name !== type) continue;
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    return weight === undefined ? 1 : Number(weight.slice(2)) || 0;
  }
  return 0;
}
