/** `npm run lab`: the lab with a system under docker-compose and one in the cluster, until Ctrl-C. */
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/errors.ts';
import { closers, stopOnSignal } from '../../src/signals.ts';
import { startClusterStack } from './cluster-stack.ts';
import { startComposeStack } from './compose-stack.ts';
import { startLab } from './lab.ts';
import { missingForLab } from './requirements.ts';
import { tellOfCluster, tellOfCompose, tellOfLab } from './tell.ts';

const { values } = parseArgs({ options: { 'only-infrastructure': { type: 'boolean', default: false } } });

const began = performance.now();
const say = (what: string) =>
  process.stdout.write(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);

const stopping = new AbortController();
const { opened, closeAll } = closers();
let starting: Promise<void> = Promise.resolve();
stopOnSignal(async () => {
  say('stopping …');
  stopping.abort(new Error('asked to stop'));
  await starting.catch(() => undefined);
  await closeAll();
});

async function start(): Promise<void> {
  const missing = await missingForLab();
  if (missing.length > 0) throw new Error(['The lab cannot run here.', ...missing].join('\n'));
  const lab = await startLab({ say, signal: stopping.signal });
  opened(() => lab.stop({ evenIfInUse: true }));
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
    process.stdout.write(tellOfCompose(compose.value) + tellOfCluster(cluster.value));
  } else say('everything is up');
  process.stdout.write(`${tellOfLab(lab)}\n  Ctrl-C stops all of it.\n\n`);
  setInterval(() => undefined, 60_000);
}

try {
  starting = start();
  await starting;
} catch (error) {
  if (!stopping.signal.aborted) {
    process.stderr.write(`\n${messageOf(error)}\n\n`);
    await closeAll();
    process.exitCode = 1;
  }
}
