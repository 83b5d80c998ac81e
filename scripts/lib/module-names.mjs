/** What the caller typed cannot be used; the message says why. */
export class NameMistake extends Error {}

const KEBAB = /^[a-z][a-z0-9]*(?:-[a-z][a-z0-9]*)*$/;
/** The form of RFC 6749 §3.3, narrowed to what the catalogue uses: a verb, a colon, a thing. */
const SCOPE = /^[a-z]+:[a-z0-9]+(?:-[a-z0-9]+)*$/;

/**
 * Every spelling of a module's name that the templates use.
 * @param {{ names: string, one?: string, scope: string, timestamp: number }} asked
 */
export function moduleNames({ names, one, scope, timestamp }) {
  if (!KEBAB.test(names) || names.length > 40) throw new NameMistake(`"${names}" is not a name such as invoices or credit-notes.`);
  if (!SCOPE.test(scope)) throw new NameMistake(`"${scope}" is not a scope such as read:invoices.`);
  const name = one ?? singularOf(names);
  if (!KEBAB.test(name) || name === names) throw new NameMistake(`Say with --one what one of ${names} is called.`);
  return {
    names,
    name,
    Names: pascal(names),
    Name: pascal(name),
    camelNames: pascal(names).replace(/^./, (letter) => letter.toLowerCase()),
    words: names.replaceAll('-', ' '),
    table: `analytics_${names.replaceAll('-', '_')}`,
    scope,
    // For the test: a scope of the same API that does not open the route.
    otherScope: scope === 'read:account' ? 'read:reports' : 'read:account',
    timestamp: String(timestamp),
  };
}

function singularOf(names) {
  if (names.endsWith('ies')) return `${names.slice(0, -3)}y`;
  if (/(?:s|x|ch|sh)es$/.test(names)) return names.slice(0, -2);
  return names.endsWith('s') && !names.endsWith('ss') ? names.slice(0, -1) : names;
}

function pascal(kebab) {
  return kebab
    .split('-')
    .map((part) => part[0].toUpperCase() + part.slice(1))
    .join('');
}
