// What a framework does: turns what node:http receives into a Request, and a Response into what it sends.
import { createServer } from 'node:http';
import { handle } from './handler.js';

const { PORT = '4000' } = process.env;

const server = createServer(async (incoming, outgoing) => {
  try {
    const response = await handle(toRequest(incoming));
    outgoing.writeHead(response.status, [...response.headers].flat()).end(await response.text());
  } catch (error) {
    console.error(error);
    outgoing.writeHead(500).end();
  }
});

/** From the raw headers: in `headers` the second of two Authorization lines is missing. */
function toRequest({ method, url, rawHeaders }) {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  return new Request(new URL(url, `http://127.0.0.1:${PORT}`), { method, headers });
}

server.listen(Number(PORT), '127.0.0.1', () => console.log(`http://127.0.0.1:${PORT}/reports`));
