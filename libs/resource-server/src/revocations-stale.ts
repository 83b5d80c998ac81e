/** For too long nobody has said what was revoked: the caller's token may be good, so the answer is 503 and not 401. */
export class RevocationsStale extends Error {
  override readonly name = 'RevocationsStale';

  constructor(
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(message);
  }
}
