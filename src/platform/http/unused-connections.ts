import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Connections over which no request has come yet: clients open some ahead. Node does not count them as idle, so that a stop would
 * wait for them as long as for a request.
 */
export class UnusedConnections {
  private readonly sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    server.on('request', ({ socket }) => this.sockets.delete(socket));
  }

  close(): void {
    for (const socket of this.sockets) socket.destroy();
  }
}
