import { makeValidator } from 'envalid';

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

const identifiers = makeValidator<readonly string[]>((text) => {
  const list = listOf(text);
  const wrong = list.find((identifier) => !URL.canParse(identifier));
  if (wrong !== undefined) throw new TypeError(`"${wrong}" is not the identifier of an API`);
  return list;
});

export const registrationSettings = {
  SELF_REGISTERED_APP_AUDIENCES: identifiers({
    desc: 'Identifiers of the external APIs that apps may ask for which no administrator has registered, with all delegable scopes of each. Empty: {PUBLIC_URL}/mcp.',
    default: [],
    example: 'https://auth.example.com/mcp',
  }),
};
