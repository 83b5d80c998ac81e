// Loaded before the product, in its process: the network as it is outside. Names below OUTSIDE resolve to a public address, and what is
// connected to there is OUTSIDE_PORT of this machine. What the product checks about names, addresses and certificates it checks as ever.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';

const { OUTSIDE, OUTSIDE_PORT } = process.env;
/** example.com was there for years. */
const PUBLIC = { address: '93.184.215.14', family: 4 };
const HERE = { address: '127.0.0.1', family: 4 };
const isOutside = (host) => typeof host === 'string' && host.endsWith(`.${OUTSIDE}`);
const told = (to, { all }) => (all ? [null, [to]] : [null, to.address, to.family]);

const { lookup } = dns;
dns.lookup = (host, options, callback) => (isOutside(host) ? callback(...told(PUBLIC, options)) : lookup(host, options, callback));
syncBuiltinESMExports();

const { connect } = Socket.prototype;
Socket.prototype.connect = function (options, ...rest) {
  if (!isOutside(options?.host)) return connect.call(this, options, ...rest);
  const judged = options.lookup ?? dns.lookup;
  const redirected = (host, wanted, callback) =>
    judged(host, wanted, (error) => (error ? callback(error, '', 0) : callback(...told(HERE, wanted))));
  return connect.call(this, { ...options, port: Number(OUTSIDE_PORT), lookup: redirected }, ...rest);
};
