import { linkSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { startS3Server } from '../../test/support/s3/s3-server.ts';

/** A store with some files as objects, in a process of its own; prints its address, and ends with its input. */
const server = await startS3Server();
for (const path of process.argv.slice(2)) {
  const key = basename(path);
  await server.put(key, 'x');
  for (const file of [server.fileOf(key), `${server.fileOf(key)}.md5`]) rmSync(file);
  linkSync(path, server.fileOf(key));
}
console.log(server.endpoint);
process.stdin.resume();
process.stdin.on('end', () => void server[Symbol.asyncDispose]());
