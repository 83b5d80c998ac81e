/** Whether a proof was used before cannot be told, so nobody is let in by it. */
export class ReplaysUnavailable extends Error {
  override readonly name = 'ReplaysUnavailable';
  readonly retryAfterSeconds = 2;

  constructor(cause: unknown) {
    super('The store of used DPoP proofs does not answer.', { cause });
  }
}
