// Requests are built once, here; the load generator only sends bytes.

export function formPost(url, fields) {
  const { host, pathname } = new URL(url);
  const body = new URLSearchParams(fields).toString();
  return Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/x-www-form-urlencoded\r\n` +
      `accept: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export function jsonPost(url, document) {
  const { host, pathname } = new URL(url);
  const body = JSON.stringify(document);
  return Buffer.from(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\n` +
      `accept: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

export function get(url, token, proof) {
  const { host, pathname } = new URL(url);
  const scheme = proof ? 'DPoP' : 'Bearer';
  const authorization = token ? `authorization: ${scheme} ${token}\r\n${proof ? `dpop: ${proof}\r\n` : ''}` : '';
  return Buffer.from(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\n${authorization}\r\n`);
}

/** File format: for each request its length (32 bit, big endian) and its bytes. */
export function pack(requests) {
  return Buffer.concat(
    requests.flatMap((request) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(request.length);
      return [length, request];
    }),
  );
}

export function unpack(packed) {
  const requests = [];
  for (let at = 0; at < packed.length;) {
    const length = packed.readUInt32BE(at);
    requests.push(packed.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return requests;
}
