// Builds the page into `dist/`, which the workspace serves from `/`.
// While working on the page: `PAKSA_WORKSPACE=http://127.0.0.1:PORT npx vite sandbox/page` proxies to a running one.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // The page is served from the same machine: one script of this size costs nothing.
    chunkSizeWarningLimit: 1500,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/page': process.env.PAKSA_WORKSPACE ?? 'http://127.0.0.1:3000' },
  },
});
