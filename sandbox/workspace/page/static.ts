/** The built page: its files, and `index.html` for every other address. */
import { readFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { sendText } from '../http.ts';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

async function read(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    // No such file, a folder, or a file taken for a folder: an address of the page's own.
    if (
      error instanceof Error &&
      'code' in error &&
      ['ENOENT', 'EISDIR', 'ENOTDIR'].includes(String(error.code))
    ) {
      return undefined;
    }
    throw error;
  }
}

function within(root: string, pathname: string): string | undefined {
  try {
    const file = resolve(root, `.${sep}${decodeURIComponent(pathname)}`);
    return file.startsWith(root + sep) && !file.includes('\0') ? file : undefined;
  } catch {
    return undefined;
  }
}

export async function serveStatic(pageDir: string | undefined, pathname: string, response: ServerResponse) {
  if (pageDir === undefined) return sendText(response, 'The page has not been built.', 404);
  const root = resolve(pageDir);
  const named = pathname === '/' ? undefined : within(root, pathname);
  const file = named === undefined ? undefined : await read(named);
  if (file && named) {
    // Vite puts a hash into the names under assets/: those never change.
    const caching = pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    const type = TYPES[extname(named)] ?? 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'cache-control': caching,
      'x-content-type-options': 'nosniff',
    });
    response.end(file);
    return;
  }
  if (extname(pathname) !== '' && pathname !== '/index.html') return sendText(response, 'Not found.', 404);
  const index = await read(join(root, 'index.html'));
  if (!index) return sendText(response, 'The page has not been built.', 404);
  response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' });
  response.end(index);
}
