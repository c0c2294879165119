import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

// Where a service listens that the page under development talks to.
const service = process.env['ASSAY_URL'] ?? 'http://127.0.0.1:7420';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), compressed()],
  server: { host: '127.0.0.1', proxy: { '/api': service, '/healthz': service, '/metrics': service } },
  build: {
    target: 'es2023',
    // The policy of the page forbids data in addresses.
    assetsInlineLimit: 0,
    // The library of plots is one large piece, loaded by itself when the first plot is drawn.
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
});

/** Writes every text file a second and third time, compressed: the service serves them as they lie there. */
function compressed(): Plugin {
  let directory = '';
  return {
    name: 'compressed',
    apply: 'build',
    configResolved: (config) => {
      directory = config.build.outDir;
    },
    closeBundle: async () => {
      const files = await readdir(directory, { recursive: true });
      for (const file of files.filter((name) => /\.(?:js|css|html|svg)$/.test(name))) {
        const path = join(directory, file);
        const bytes = await readFile(path);
        const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
        await writeFile(`${path}.br`, await promisify(brotliCompress)(bytes, quality));
        await writeFile(`${path}.gz`, await promisify(gzip)(bytes));
      }
    },
  };
}
