/**
 * `npm run lab`: the lab with a system under docker-compose and one in the cluster, until Ctrl-C. With `--report` it breaks
 * systems of its own instead, and writes down what was found. What reads the bot's own code is loaded where it is needed:
 * the infrastructure comes up whatever state that is in.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { closers, stopOnSignal } from '../../src/signals.ts';
import { startClusterStack } from './cluster-stack.ts';
import { startComposeStack } from './compose-stack.ts';
import { type Lab, startLab } from './lab.ts';
import { missingForLab } from './requirements.ts';

const { values } = parseArgs({
  options: {
    'only-infrastructure': { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    topic: { type: 'string' },
    fault: { type: 'string' },
  },
});

const began = performance.now();
const say = (what: string) =>
  process.stdout.write(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);

const stopping = new AbortController();
const { opened, closeAll } = closers();
let starting: Promise<unknown> = Promise.resolve();
stopOnSignal(async () => {
  say('stopping …');
  stopping.abort(new Error('asked to stop'));
  await starting.catch(() => undefined);
  await closeAll();
});

async function start(): Promise<Lab> {
  const missing = await missingForLab();
  if (missing.length > 0) throw new Error(['The lab cannot run here.', ...missing].join('\n'));
  const lab = await startLab({ say, signal: stopping.signal });
  opened(() => lab.stop({ evenIfInUse: !values.report }));
  if (values.report) return lab;
  if (!values['only-infrastructure']) {
    say('starting the system under docker-compose, and the one in the cluster');
    const [compose, cluster] = await Promise.allSettled([
      startComposeStack(lab, 'lab'),
      startClusterStack(lab),
    ]);
    if (compose.status === 'fulfilled') opened(compose.value.stop);
    if (cluster.status === 'fulfilled') opened(cluster.value.stop);
    if (compose.status === 'rejected') throw compose.reason;
    if (cluster.status === 'rejected') throw cluster.reason;
    say('everything is up');
    const { tellOfCluster, tellOfCompose } = await import('./tell.ts');
    process.stdout.write(tellOfCompose(compose.value) + tellOfCluster(cluster.value));
  } else say('everything is up');
  process.stdout.write(`${tellOfLab(lab)}\n\n  Ctrl-C stops all of it.\n\n`);
  setInterval(() => undefined, 60_000);
  return lab;
}

const tellOfLab = ({ docker, kubernetes, attached }: Lab): string =>
  [
    '',
    `  Docker      ${docker.socketPath}${docker.own ? ', the lab’s own engine' : ''}`,
    `  Kubernetes  ${kubernetes.server}, node ${kubernetes.node}`,
    `    as admin  export KUBECONFIG=${kubernetes.adminKubeconfig}`,
    `    as Paksa  export KUBECONFIG=${kubernetes.botKubeconfig}`,
    ...(attached ? ['  They belong to a lab that was up already, and stay.'] : []),
  ].join('\n');

try {
  const started = start();
  starting = started;
  const lab = await started;
  if (values.report) {
    const { topic, fault } = values;
    const { report } = await import('./report.ts');
    const wentWell = await report({ lab, say, opened, topic, fault });
    await closeAll();
    process.exit(wentWell ? 0 : 1);
  }
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`\n${messageOf(error)}\n\n`);
    await closeAll();
    process.exitCode = 1;
  }
}
