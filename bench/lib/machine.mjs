import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { node22 } from './processes.mjs';
import { versionOf } from './peers.mjs';

/** @param withPeers whether some scenario measures others too: only then are they installed */
export function describeMachine({ sameNode }, withPeers) {
  const peerNode = withPeers || sameNode ? execFileSync(node22(), ['--version']).toString().trim() : undefined;
  return {
    cpu: cpus()[0]?.model.trim(),
    cores: availableParallelism(),
    memoryGigabytes: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    loadAtStart: Number(loadavg()[0].toFixed(2)),
    node: sameNode ? peerNode : process.version,
    nodeOfOidcProvider: peerNode,
    versions: Object.fromEntries(
      ['oidc-provider', 'passport-jwt', 'jwks-rsa', 'jose', 'express-oauth2-jwt-bearer', 'express', 'fastify', '@nestjs/core', 'pg'].map(
        (name) => [name, versionOf(name)],
      ),
    ),
  };
}
