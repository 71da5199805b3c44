/** `npm run bench:guide`: every topic of the guide by its own commands and by Paksa, in turns, on the same stacks. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { topics } from '../commands/index.ts';
import { secretsOf } from '../src/config.ts';
import { messageOf } from '../src/errors.ts';
import { createEstate } from '../src/estate.ts';
import { createRedactor } from '../src/redact.ts';
import { closers, stopOnSignal } from '../src/signals.ts';
import { findProgram, type Program } from '../test/harness/programs.ts';
import { startClusterStack } from '../test/lab/cluster-stack.ts';
import { startComposeStack } from '../test/lab/compose-stack.ts';
import {
  clusterEnvironment,
  composeEnvironment,
  configurationOf,
  fileOf,
} from '../test/lab/configuration.ts';
import { startLab } from '../test/lab/lab.ts';
import { ROOT } from '../test/lab/paths.ts';
import { missingForLab } from '../test/lab/requirements.ts';
import { clusterShell, composeShell, runByHand } from './by-hand.ts';
import { timeCold, timeDiagnosis } from './by-paksa.ts';
import { GUIDE, type On } from './guide-commands.ts';
import { figuresOf, guidePage, type Measured, MOST_OVER_SLOWEST } from './guide-page.ts';

const PAGE = join('docs', 'bench-guide.md');
const PROGRAMS: readonly Program[] = ['curl', 'docker', 'docker-compose', 'kubectl', 'openssl', 'psql'];
/** Each environment of the configuration is one of the stacks. */
const ENVIRONMENT: Readonly<Record<On, string>> = { 'docker-compose': 'compose', Kubernetes: 'cluster' };

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '9' }, topic: { type: 'string' } },
});
const rounds = Number(values.rounds);

const began = performance.now();
const say = (what: string) =>
  process.stdout.write(`  ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${what}\n`);

const { opened, closeAll } = closers();
stopOnSignal(closeAll);

async function measureAll(): Promise<readonly Measured[]> {
  const lab = await startLab({ say });
  opened(() => lab.stop());
  say('starting the system under docker-compose, and the one in the cluster');
  const compose = await startComposeStack(lab, 'bench');
  opened(compose.stop);
  const cluster = await startClusterStack(lab, 'bench');
  opened(cluster.stop);

  const described = { compose: composeEnvironment(compose), cluster: clusterEnvironment(cluster) };
  const config = configurationOf(described);
  const estate = createEstate(config.environments);
  opened(estate.close);
  const { redactDeep } = createRedactor(secretsOf(config));
  const file = join(compose.folder, 'paksa.yaml');
  await writeFile(file, fileOf(described));
  const variables = { ...described.compose.variables, ...described.cluster.variables, PAKSA_CONFIG: file };
  const shells = { 'docker-compose': await composeShell(compose), Kubernetes: clusterShell(cluster) };

  const sittings = GUIDE.filter(({ topic }) => (values.topic ?? topic) === topic);
  const measured = sittings.map((sitting) => {
    const runbook = topics.get(sitting.topic);
    if (!runbook) throw new Error(`There is no topic ${sitting.topic}.`);
    const environment = ENVIRONMENT[sitting.on];
    const byHand: (readonly number[])[] = [];
    const byPaksa: Measured['byPaksa'][number][] = [];
    const cold: number[] = [];
    const hand = () => runByHand(sitting.commands, shells[sitting.on]);
    const paksa = () => timeDiagnosis(runbook, estate, environment, redactDeep);
    return {
      measured: { sitting, byHand, byPaksa, cold },
      warmUp: async () => void (await Promise.all([hand(), paksa()])),
      round: async () => {
        byHand.push(await hand());
        byPaksa.push(await paksa());
        cold.push(await timeCold(sitting.topic, environment, variables));
      },
    };
  });
  for (const { warmUp } of measured) await warmUp();
  for (let round = 1; round <= rounds; round += 1) {
    say(`round ${round} of ${rounds}`);
    for (const each of measured) await each.round();
  }
  return measured.map((each) => each.measured);
}

/** A topic of the guide that nobody runs by hand here would go unmeasured without a word. */
function missing(): readonly string[] {
  const of = new Set(GUIDE.map(({ topic }) => topic));
  const lacking = [...topics.values()].filter(({ topic, emergency }) => !emergency && !of.has(topic));
  return [
    ...lacking.map(({ topic }) => `bench/guide-commands.ts has no commands of ${topic}.`),
    ...PROGRAMS.filter((program) => findProgram(program) === undefined).map(
      (program) => `There is no ${program}.`,
    ),
  ];
}

try {
  const lacking = [...missing(), ...(await missingForLab())];
  if (lacking.length > 0) throw new Error(lacking.join('\n'));
  const measured = await measureAll();
  const page = guidePage(measured, { cores: availableParallelism() });
  process.stdout.write(`\n${page}\n`);
  if (values.topic === undefined) await writeFile(join(ROOT, PAGE), page);
  await closeAll();
  process.exit(measured.every((each) => figuresOf(each).overSlowest <= MOST_OVER_SLOWEST) ? 0 : 1);
} catch (error) {
  process.stderr.write(`\n${messageOf(error)}\n\n`);
  await closeAll();
  process.exit(1);
}
