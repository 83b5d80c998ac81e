// The load generator: its own process, raw sockets, one request in flight per connection, requests built beforehand.
// A general client costs more CPU per request than some of the servers under test, and here both share the cores.
import { readFileSync } from 'node:fs';
import net from 'node:net';
import tls from 'node:tls';
import { parseResponse } from './response-parser.mjs';
import { unpack } from './requests.mjs';

process.once('message', (job) => run(job));
process.once('disconnect', () => process.exit(0));

/**
 * @param job.once   every request is sent at most once; the run ends early when they are used up
 * @param job.count  ends after that many responses instead of after a time
 * @param job.status what every answer must have; 200 unless it says otherwise
 * @param job.tls    authority of the server, and client certificates, one per connection in turn: { ca, clients: [{ cert, key }] }
 */
function run(job) {
  const requests = unpack(readFileSync(job.requestsFile));
  const latencies = [];
  const statuses = new Map();
  let nextRequest = 0;
  let answered = 0;
  let inFlight = 0;
  let disconnects = 0;
  let failure;
  let measuring = false;
  let stopping = false;
  let finished = false;
  let startedAt = 0;
  let lastAnswerAt = 0;
  let cpuAtStart;
  let used;
  let firstBadBody;

  const wanted = job.status ?? 200;
  const sockets = Array.from({ length: job.connections }, (_, i) => connect(i));
  let connected = 0;
  const timers = [];

  function onConnected() {
    connected += 1;
    if (connected !== job.connections) return;
    timers.push(setTimeout(startMeasuring, job.warmupSeconds * 1000));
    for (const socket of sockets) socket.send();
  }

  function startMeasuring() {
    measuring = true;
    cpuAtStart = process.cpuUsage();
    startedAt = performance.now();
    if (job.seconds) timers.push(setTimeout(stop, job.seconds * 1000));
  }

  function stop() {
    if (stopping) return;
    stopping = true;
    const cpu = process.cpuUsage(cpuAtStart);
    const elapsed = Math.min(performance.now(), Math.max(lastAnswerAt, startedAt + 1)) - startedAt;
    used = { elapsedSeconds: elapsed / 1000, cpuShare: (cpu.user + cpu.system) / 1000 / elapsed };
    measuring = false;
    timers.push(setTimeout(finish, 15_000)); // what is in flight may still be answered
    if (inFlight === 0) finish();
  }

  function finish() {
    if (finished) return;
    finished = true;
    for (const timer of timers) clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    latencies.sort((a, b) => a - b);
    const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))];
    process.send(
      {
        requestsPerSecond: latencies.length / used.elapsedSeconds,
        measured: latencies.length,
        elapsedSeconds: used.elapsedSeconds,
        p50: at(0.5),
        p99: at(0.99),
        max: latencies.at(-1),
        answered,
        unanswered: inFlight,
        disconnects,
        failure,
        firstBadBody,
        statuses: Object.fromEntries(statuses),
        generatorCpuShare: used.cpuShare,
      },
      () => process.disconnect(),
    );
  }

  function connect(number) {
    let pending; // bytes of an incomplete response
    let sentAt = 0;
    let busy = false;
    const socket = open(number, receive, onConnected);
    socket.on('error', (error) => {
      failure ??= error.message;
      if (connected < job.connections) {
        used = { elapsedSeconds: 1, cpuShare: 0 };
        finish();
      }
    });
    socket.on('close', () => {
      if (!busy) return;
      busy = false;
      inFlight -= 1;
      disconnects += 1;
      if (stopping && inFlight === 0) finish();
    });

    function receive(bytes) {
      if (pending) bytes = Buffer.concat([pending, bytes]);
      const response = parseResponse(bytes);
      if (response === undefined) {
        pending = Buffer.from(bytes); // the read buffer is used again
        return;
      }
      pending = undefined;
      const now = performance.now();
      busy = false;
      inFlight -= 1;
      answered += 1;
      statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      if (response.status !== wanted) firstBadBody ??= bytes.toString('latin1', 0, Math.min(response.end, 1000));
      if (response.closes) failure ??= 'the server closed a keep-alive connection';
      if (measuring) {
        lastAnswerAt = now;
        latencies.push(now - sentAt);
        if (job.count && latencies.length >= job.count) stop();
      }
      if (stopping) {
        if (inFlight === 0) finish();
        return;
      }
      socket.send();
    }

    socket.send = () => {
      if (nextRequest === requests.length) {
        if (job.once) return stop();
        nextRequest = 0;
      }
      busy = true;
      inFlight += 1;
      sentAt = performance.now();
      socket.write(requests[nextRequest++]);
    };
    return socket;
  }

  function open(number, receive, onOpen) {
    const target = { host: job.host, port: job.port, noDelay: true };
    if (job.tls) {
      const { ca, clients } = job.tls;
      const socket = tls.connect({ ...target, ca, servername: 'localhost', ...clients[number % clients.length] });
      return socket.once('secureConnect', onOpen).on('data', receive);
    }
    const onread = {
      buffer: Buffer.allocUnsafe(64 * 1024),
      callback(length, buffer) {
        receive(buffer.subarray(0, length));
        return true;
      },
    };
    return net.connect({ ...target, onread }).once('connect', onOpen);
  }
}
