/**
 * True when an object in `text`, already parsed to `value`, names a member twice (RFC 7519 §4: duplicates may be refused).
 * Compact JSON that survives a round trip lost no member, so the scan is for unusual writers only.
 */
export function hasDuplicateMembers(text: string, value: unknown): boolean {
  return JSON.stringify(value) !== text && scanForDuplicates(text);
}

const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]/g;

function scanForDuplicates(text: string): boolean {
  const open: (Set<string> | undefined)[] = [];
  let lastString: string | undefined;
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const members = open.at(-1);
      const name: unknown = JSON.parse(lastString ?? '""');
      if (members?.has(String(name))) return true;
      members?.add(String(name));
    } else if (token !== ',') lastString = token;
  }
  return false;
}
