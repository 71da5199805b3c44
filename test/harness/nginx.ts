/** Debian's nginx in the foreground, with a configuration of its own and nothing of the system's. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from './free-port.ts';
import { isListening, type RunningProcess, startProcess } from './process.ts';
import { programPath } from './programs.ts';

export interface Nginx extends RunningProcess {
  readonly port: number;
}

/** `directives` go into the server's block. */
export async function startNginx(
  folder: string,
  files: { certificate: string; key: string },
  ...directives: readonly string[]
): Promise<Nginx> {
  const port = await freePort();
  const prefix = join(folder, `nginx-${port}`);
  await mkdir(prefix);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const configuration = `
    daemon off; pid ${prefix}/pid; error_log stderr notice; worker_processes 1; user root;
    events {}
    http {
      access_log off;
      ${temporary.map((kind) => `${kind}_temp_path ${prefix}/${kind};`).join(' ')}
      server {
        listen 127.0.0.1:${port} ssl;
        ssl_certificate ${files.certificate}; ssl_certificate_key ${files.key};
        ${directives.join(' ')}
        return 204;
      }
    }`;
  await writeFile(join(prefix, 'nginx.conf'), configuration);
  const running = await startProcess(
    programPath('nginx'),
    ['-p', prefix, '-e', 'stderr', '-c', join(prefix, 'nginx.conf')],
    { ready: /start worker process \d+/ },
  );
  await vi.waitUntil(() => isListening(port));
  return { ...running, port };
}
