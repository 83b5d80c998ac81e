import type { IncomingMessage, Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';
import type { Socket } from 'node:net';

/**
 * Connections over which no request has come yet: clients open some ahead. Node does not count them as idle, so that a stop would
 * wait for them as long as for a request.
 */
export class UnusedConnections {
  private readonly sockets = new Set<Socket>();

  /** @param opened of a TLS server: `secureConnection`, because its requests name that socket. */
  constructor(server: Server | TlsServer, opened: 'connection' | 'secureConnection' = 'connection') {
    server.on(opened, (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage) => this.sockets.delete(socket));
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
