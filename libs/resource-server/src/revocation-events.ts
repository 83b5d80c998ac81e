const LINE_END = /\r\n|\n|\r/;

/**
 * The data of each server-sent event (WHATWG HTML §9.2.6). Comments and other fields are passed over: positions are believed
 * only where they are signed.
 * @throws Error when an event is larger than `maxCharacters`, however slowly it comes.
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>, maxCharacters: number): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const event = new EventText(maxCharacters);
  let wasCarriageReturn = false;
  for await (const chunk of body) {
    let text = decoder.decode(chunk, { stream: true });
    // A line end may be cut in two.
    if (text === '') continue;
    if (wasCarriageReturn && text.startsWith('\n')) text = text.slice(1);
    wasCarriageReturn = text.endsWith('\r');
    const lines = text.split(LINE_END);
    const rest = lines.pop() ?? '';
    for (const line of lines) {
      event.append(line);
      const data = event.endLine();
      if (data !== undefined) yield data;
    }
    event.append(rest);
  }
}

/** One event as it grows, line by line. */
class EventText {
  private line = '';
  private data: string[] = [];
  private size = 0;

  constructor(private readonly maxCharacters: number) {}

  append(text: string): void {
    this.line += text;
    this.size += text.length;
    if (this.size > this.maxCharacters) throw new Error(`The stream sent an event of more than ${this.maxCharacters} characters.`);
  }

  /** The data of the event that this line ended; undefined while there is none. */
  endLine(): string | undefined {
    const line = this.line;
    this.line = '';
    if (line.startsWith('data:')) this.data.push(line.slice(line.startsWith('data: ') ? 6 : 5));
    if (line !== '') return undefined;
    const data = this.data;
    this.data = [];
    this.size = 0;
    return data.length > 0 ? data.join('\n') : undefined;
  }
}
