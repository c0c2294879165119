import Fastify from 'fastify';

/** A server that does nothing: what Fastify itself costs. Prints its address. */
const app = Fastify({ logger: false });
app.get('/', (_request, reply) => reply.header('content-type', 'application/json').send('{}'));
process.stdout.write(`${await app.listen({ host: '127.0.0.1', port: 0 })}\n`);
