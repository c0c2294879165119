import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Where a service listens that the page under development talks to.
const service = process.env['ASSAY_URL'] ?? 'http://127.0.0.1:7420';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  server: { host: '127.0.0.1', proxy: { '/api': service, '/healthz': service, '/metrics': service } },
  build: {
    outDir: 'dist',
    target: 'es2023',
    // Nobody embeds pictures; the policy of the page forbids inline data.
    assetsInlineLimit: 0,
    rolldownOptions: { onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log) },
  },
});
