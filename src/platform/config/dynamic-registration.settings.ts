import { str } from 'envalid';

export const dynamicRegistrationSettings = {
  DYNAMIC_REGISTRATION: str({
    choices: ['off', 'token', 'open'] as const,
    default: 'off' as const,
    desc: 'Who may register apps at /oauth/register (RFC 7591): nobody; whoever has an initial access token of an operator; or anybody, within limits.',
  }),
};
