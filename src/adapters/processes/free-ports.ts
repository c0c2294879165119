import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/**
 * Ports below those that the system gives to outgoing connections: a server that is killed must find its port free when
 * it starts again.
 */
const [portMin, portMax] = [20_000, 32_000];

/** Where the next search begins; processes that search at the same time begin at different places. */
let port = portMin + ((process.pid * 97) % (portMax - portMin));

/**
 * Ports of the loopback address that were free a moment ago, each given away once. Another process may take one before
 * its server does: whoever starts that server then asks for another.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  const ports: number[] = [];
  for (; ports.length < count; port = port + 1 < portMax ? port + 1 : portMin) {
    const server = createServer();
    if (!(await listens(server, port))) continue;
    servers.push(server);
    ports.push(port);
  }
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

async function listens(server: Server, port: number): Promise<boolean> {
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  }
}
