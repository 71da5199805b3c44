/** The guide's commands run by a shell, one after the other, as a person would. */
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterStack } from '../test/lab/cluster-stack.ts';
import type { ComposeStack } from '../test/lab/compose-stack.ts';
import { connectEngine } from '../test/lab/docker/engine.ts';

export interface Shell {
  /** Where its commands are run. */
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** As the guide has it beside it: seven lines, the last of them the total. */
const CURL_FORMAT = [
  'time_namelookup:  %{time_namelookup}s',
  'time_connect:  %{time_connect}s',
  'time_starttransfer:  %{time_starttransfer}s',
  'time_total:  %{time_total}s',
  '',
].join('\\n');

export async function composeShell(stack: ComposeStack): Promise<Shell> {
  const label = [`com.docker.compose.project=${stack.project}`];
  const containers = await connectEngine().listContainers({ filters: { label } });
  await writeFile(join(stack.folder, 'curl-format.txt'), CURL_FORMAT);
  return {
    folder: stack.folder,
    variables: {
      DOCKER_HOST: `unix://${stack.lab.docker.socketPath}`,
      COMPOSE_PROJECT_NAME: stack.project,
      CONTAINERS: containers.map(({ Names }) => Names[0]?.replace(/^\//, '') ?? '').join(' '),
      DATABASE_URL: stack.databaseUrl,
      BACKEND: stack.backendUrl,
      TOKEN: stack.token(),
      JWT_SECRET_KEY: stack.jwtSecret,
    },
  };
}

export const clusterShell = (stack: ClusterStack): Shell => ({
  folder: stack.lab.stacks,
  variables: {
    KUBECONFIG: stack.lab.kubernetes.adminKubeconfig,
    NAMESPACE: stack.namespace,
    DATABASE_URL: stack.databaseUrl,
    DATABASE_HOST: new URL(stack.databaseUrl).hostname,
    BACKEND: `https://${stack.tls.host}:${stack.tls.port}`,
    TRUST: stack.tls.trust,
    TOKEN: stack.token(),
    JWT_SECRET_KEY: stack.jwtSecret,
    ADDRESS: `${stack.tls.host}:${stack.tls.port}`,
    NAME: stack.tls.servername,
    CERTIFICATE: stack.certificate.files.certificate,
  },
});

/** @returns the milliseconds that each took. @throws Error when one fails, but for a `grep` that finds nothing */
export async function runByHand(commands: readonly string[], shell: Shell): Promise<readonly number[]> {
  const took: number[] = [];
  for (const command of commands) {
    const began = performance.now();
    const { code, errors } = await run(command, shell);
    took.push(performance.now() - began);
    if (code !== 0 && !(code === 1 && command.includes('| grep')))
      throw new Error(`${command} ended with ${code}:\n${errors}`);
  }
  return took;
}

function run(command: string, { folder, variables }: Shell): Promise<{ code: number; errors: string }> {
  const { PATH, HOME } = process.env;
  const child = spawn('sh', ['-c', command], {
    cwd: folder,
    env: { PATH, HOME, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  child.stdout.resume();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, errors }));
  });
}
