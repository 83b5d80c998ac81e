const MAX_BYTES = 64 * 1024;

/** What is answered; thrown where that ends the work. */
export class Answer {
  constructor(status, body, headers = {}) {
    Object.assign(this, { status, body, headers });
  }

  /** The body of a success; any other answer is passed on as it is. */
  get content() {
    if (this.status !== 200) throw this;
    return this.body;
  }
}

export async function readJson(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > MAX_BYTES) throw new Answer(413, { code: 'too_large' });
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    throw new Answer(400, { code: 'malformed_json' });
  }
}
