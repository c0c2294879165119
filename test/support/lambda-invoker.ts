import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/**
 * Stands for the runtime of AWS Lambda: loads a bundle and invokes its handler for each line of standard input, `{event,
 * remainingMs}`, one after the other; answers each with a line, `{report}` or `{error}`.
 */
const [bundle = ''] = process.argv.slice(2);
type Handler = (event: unknown, context: { getRemainingTimeInMillis(): number }) => Promise<unknown>;
const { handler } = createRequire(import.meta.url)(bundle) as { readonly handler: Handler };

for await (const line of createInterface({ input: process.stdin })) {
  const { event, remainingMs } = JSON.parse(line) as { event: unknown; remainingMs: number };
  const endMs = performance.now() + remainingMs;
  try {
    const report = await handler(event, { getRemainingTimeInMillis: () => endMs - performance.now() });
    process.stdout.write(`${JSON.stringify({ report })}\n`);
  } catch (error) {
    process.stdout.write(
      `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
    );
  }
}
