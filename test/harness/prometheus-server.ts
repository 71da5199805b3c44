/** Debian's Prometheus, which scrapes itself every second. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type RunningProcess, startProcess } from './process.ts';
import { programPath } from './programs.ts';

export interface PrometheusServer extends RunningProcess {
  readonly url: string;
  readonly port: number;
}

export async function startPrometheus(parent: string): Promise<PrometheusServer> {
  const port = await freePort();
  const folder = join(parent, `prometheus-${port}`);
  await mkdir(folder);
  const file = join(folder, 'prometheus.yml');
  await writeFile(
    file,
    `global: { scrape_interval: 1s }
scrape_configs: [{ job_name: itself, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }]
`,
  );
  const running = await startProcess(
    programPath('prometheus'),
    [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { ready: /Server is ready to receive web requests/ },
  );
  return { ...running, port, url: `http://127.0.0.1:${port}` };
}
