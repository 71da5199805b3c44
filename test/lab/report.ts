/** `npm run lab -- --report`: every fault, on two stacks under docker-compose and one in the cluster, side by side. */
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { startCertbotStack } from './certbot-stack.ts';
import { startClusterStack } from './cluster-stack.ts';
import { startComposeStack } from './compose-stack.ts';
import { certbotEnvironment, clusterEnvironment, composeEnvironment } from './configuration.ts';
import { CERTBOT_FAULTS, CLUSTER_FAULTS, COMPOSE_FAULTS } from './faults/index.ts';
import type { Lab } from './lab.ts';
import { ROOT } from './paths.ts';
import { isClean } from './report-counts.ts';
import { carryOut, meetingOf, type Telling } from './report-run.ts';
import { reportPage } from './report-table.ts';
import { versionOfCertbot, versionsInCluster, versionsUnderCompose } from './report-versions.ts';
import { unusedRights } from './rights.ts';

export interface ReportOptions extends Telling {
  readonly lab: Lab;
  /** Only the faults of this topic. */
  readonly topic?: string | undefined;
  /** Only this fault. */
  readonly fault?: string | undefined;
}

const NAME = 'report';
const PAGE = join('docs', 'lab-report.md');

/**
 * Writes the page; of some faults alone it is printed. Resolves with whether all went well.
 * @throws Error when a stack does not come up, or no fault is called so
 */
export async function report({ lab, topic, fault, ...telling }: ReportOptions): Promise<boolean> {
  const { say } = telling;
  const isWanted = (each: { readonly id: string; readonly topic: string }) =>
    (topic ?? each.topic) === each.topic && (fault ?? each.id) === each.id;
  const compose = COMPOSE_FAULTS.filter(isWanted);
  const cluster = CLUSTER_FAULTS.filter(isWanted);
  const certbot = CERTBOT_FAULTS.filter(isWanted);
  const count = compose.length + cluster.length + certbot.length;
  if (count === 0) throw new Error(`No fault is called so: ${[topic, fault].filter(Boolean).join(', ')}`);
  say(`${count} faults`);
  const meet = meetingOf([compose, cluster, certbot].filter(({ length }) => length > 0).length);
  const parts = await Promise.all([
    carryOut(
      {
        on: 'docker-compose',
        faults: compose,
        start: () => startComposeStack(lab, NAME),
        describe: composeEnvironment,
        versions: versionsUnderCompose,
      },
      telling,
      meet,
    ),
    carryOut(
      {
        on: 'Kubernetes',
        faults: cluster,
        start: () => startClusterStack(lab, NAME),
        describe: clusterEnvironment,
        versions: versionsInCluster,
      },
      telling,
      meet,
    ),
    carryOut(
      {
        on: 'docker-compose, certbot',
        faults: certbot,
        start: () => startCertbotStack(lab, `${NAME}-certbot`),
        describe: certbotEnvironment,
        versions: versionOfCertbot,
      },
      telling,
      meet,
    ),
  ]);
  const done = parts.filter((part) => part !== undefined);
  const made = {
    cores: availableParallelism(),
    versions: Object.assign({}, ...done.map(({ versions }) => versions)),
    runs: done.map(({ run }) => run),
    ...(lab.kubernetes.own ? { unusedRights: await unusedRights() } : {}),
  };
  const page = reportPage(made);
  if (topic === undefined && fault === undefined) {
    await writeFile(join(ROOT, PAGE), page);
    say(`written: ${PAGE}`);
  } else process.stdout.write(`\n${page}\n`);
  return isClean(made);
}
