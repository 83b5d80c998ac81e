import { makeValidator, str } from 'envalid';

const HOST = /^!?(?:\*\.)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

function listOf(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** Host names, `*.` before one for all names below it, `!` before one to refuse it. */
const hostRules = makeValidator<readonly string[]>((text) => {
  const rules = listOf(text);
  const wrong = rules.find((rule) => !HOST.test(rule));
  if (wrong !== undefined) throw new TypeError(`"${wrong}" is not a host name in small letters, with *. or ! before it if need be`);
  return rules;
});

const identifiers = makeValidator<readonly string[]>((text) => {
  const list = listOf(text);
  const wrong = list.find((identifier) => !URL.canParse(identifier));
  if (wrong !== undefined) throw new TypeError(`"${wrong}" is not the identifier of an API`);
  return list;
});

export const registrationSettings = {
  CLIENT_ID_METADATA_DOCUMENTS: str({
    choices: ['off', 'listed', 'open'] as const,
    default: 'listed' as const,
    devDefault: 'open' as const,
    desc: 'Which apps may describe themselves by a document at the https address that is their client id: none; those of the hosts in CLIENT_ID_METADATA_HOSTS; or all, where those of other hosts count as unverified.',
  }),
  CLIENT_ID_METADATA_HOSTS: hostRules({
    desc: 'Hosts whose documents the operator vouches for, separated by commas: app.example, *.app.example for all names below it, !bad.example for one that is refused whatever else is said.',
    default: [],
    example: 'claude.ai,vscode.dev,*.apps.example',
  }),
  SELF_REGISTERED_APP_AUDIENCES: identifiers({
    desc: 'Identifiers of the external APIs that apps may ask for which no administrator has registered, with all delegable scopes of each. Empty: {PUBLIC_URL}/mcp.',
    default: [],
    example: 'https://auth.example.com/mcp',
  }),
};
