/** The check cannot be run as it is set up; the message says what to change. Never holds a secret or a token. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}
