/** Debian's nginx as the tests of its adapter have it: a main file, and a folder of included ones, with an upstream that is dead. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { vi } from 'vitest';
import { createHostExec } from '../../../src/adapters/exec/host.ts';
import type { Exec } from '../../../src/adapters/exec/port.ts';
import type { NginxSettings } from '../../../src/adapters/nginx/port.ts';
import { freePort } from '../../harness/free-port.ts';
import { isListening, type RunningProcess, startProcess } from '../../harness/process.ts';
import { programPath } from '../../harness/programs.ts';

export interface NginxFiles {
  readonly settings: NginxSettings;
  readonly main: string;
  /** Included by it, with the upstream `backend`. */
  readonly site: string;
  readonly errorLog: string;
  readonly port: number;
  /** A port that nobody listens on. */
  readonly dead: number;
}

/** `include …/sites/*` as Debian has it: whatever is put there is loaded, unless it is hidden. */
export async function writeNginx(folder: string): Promise<NginxFiles> {
  const [port, dead] = [await freePort(), await freePort()];
  const main = join(folder, 'nginx.conf');
  const site = join(folder, 'sites', 'paksa');
  const errorLog = join(folder, 'error.log');
  await mkdir(join(folder, 'sites'), { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  await writeFile(
    main,
    `daemon off; pid ${folder}/pid; error_log ${errorLog} notice; worker_processes 1; ${process.getuid?.() === 0 ? 'user root;' : ''}
events {}
http {
  access_log ${folder}/access.log;
  ${temporary.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  include sites/*;
}
`,
  );
  await writeFile(
    site,
    `# The backend of “Paksa”; 3 × 10 s.
upstream backend {
  least_conn; # server 10.9.9.9;
  server 127.0.0.1:${dead} weight=2 max_fails=2   fail_timeout=1m;\tserver 'localhost:${dead}' backup;
}
server {
  listen 127.0.0.1:${port};
  location / { proxy_pass http://backend; }
  location = /alone { proxy_pass http://127.0.0.1:${dead}; }
  location = /ok { return 204; }
}
`,
  );
  const settings = { place: { on: 'host' }, program: programPath('nginx'), config: main } as const;
  return { settings, main, site, errorLog, port, dead };
}

export async function startPaksaNginx({ settings, main, port }: NginxFiles): Promise<RunningProcess> {
  // It says that it is ready in its log, so it is asked: the version is all that it prints on standard error.
  const running = await startProcess(settings.program, ['-c', main, '-g', 'error_log stderr notice;'], {
    ready: /start worker process \d+/,
  });
  await vi.waitUntil(() => isListening(port));
  return running;
}

const host = createHostExec();

/** With the rights of nobody; root itself is refused nothing. */
export const asNobody: Exec = (command, options) =>
  host(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command], options);
