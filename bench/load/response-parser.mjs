// As little of HTTP/1.1 as a load generator needs: the status, and where the body ends.

const HEADER_END = Buffer.from('\r\n\r\n');
const LENGTH = /\r\ncontent-length: *(\d+)/i;
const CHUNKED = /\r\ntransfer-encoding: *chunked/i;
const CLOSE = /\r\nconnection: *close/i;

/** The complete response at the start of `bytes`, or undefined while some of it is missing. */
export function parseResponse(bytes) {
  const headerEnd = bytes.indexOf(HEADER_END);
  if (headerEnd < 0) return undefined;
  const head = bytes.latin1Slice(0, headerEnd);
  const status = Number(head.slice(9, 12));
  const closes = CLOSE.test(head);
  const length = LENGTH.exec(head);
  const bodyStart = headerEnd + 4;
  if (length) {
    const end = bodyStart + Number(length[1]);
    return bytes.length >= end ? { status, end, closes } : undefined;
  }
  if (CHUNKED.test(head)) {
    const end = endOfChunks(bytes, bodyStart);
    return end === undefined ? undefined : { status, end, closes };
  }
  return { status, end: bodyStart, closes };
}

function endOfChunks(bytes, start) {
  for (let at = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.latin1Slice(at, lineEnd), 16);
    if (Number.isNaN(size)) throw new Error('a chunk without a size');
    at = lineEnd + 2 + size + 2;
    if (at > bytes.length) return undefined;
    if (size === 0) return at;
  }
}
