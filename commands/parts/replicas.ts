/** Whether the replicas of a service are there, run and are ready: one check for containers and for pods. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { faultOf, messageOf } from './fault.ts';
import { NOUN, type Platform, runtimeOf, type Service } from './services.ts';
import { noReplicas } from './target.ts';
import { count, moment, short, span } from './words.ts';

export type Replica = Awaited<ReturnType<CheckContext['docker']['replicas']>>[number];

type Workload = Awaited<ReturnType<CheckContext['kubernetes']['workload']>>;

/** Restarted that often, the last time that lately, it will not stay up by itself. */
const MANY_RESTARTS = 3;
const LATELY_MS = 10 * 60_000;
/** What a pod says that is on its way, which is no trouble while the others do the work. */
export const ON_ITS_WAY = /^(ContainerCreating|PodInitializing|ContainersNotReady)/;
const SHOWN = 8;

/** What a shell and the kernel mean by an exit code. */
const EXIT_CODES: Readonly<Record<number, string>> = {
  126: 'its program may not be run',
  127: 'its program is not there',
  137: 'killed',
  139: 'crashed',
  143: 'told to stop',
};

export const replicaCheck = (
  platform: Platform,
  service: Service,
  /** Fixes for when it is not well, the best first. */
  suggests: readonly string[],
  /** Fixes for when none is wanted. */
  whenUnwanted: readonly string[] = [],
) =>
  check(
    `${platform === 'docker' ? 'Containers' : 'Pods'} of ${service}`,
    async (context) => {
      try {
        const [replicas, workload] = await Promise.all([
          runtimeOf(platform, context).replicas(service, context.signal),
          platform === 'kubernetes' ? context.kubernetes.workload(service, context.signal) : undefined,
        ]);
        return judge({ platform, service, replicas, workload, now: context.now, suggests, whenUnwanted });
      } catch (error) {
        // That there is none is the finding; that nobody could be asked is not.
        if (faultOf(error) === 'not-found') return problem(`there is none: ${messageOf(error)}`);
        throw error;
      }
    },
    { skip: noReplicas(platform, service) },
  );

export const isUp = ({ state, ready }: Replica): boolean => state === 'running' && ready;

interface Seen {
  readonly platform: Platform;
  readonly service: Service;
  readonly replicas: readonly Replica[];
  readonly workload: Workload | undefined;
  readonly now: Date;
  readonly suggests: readonly string[];
  readonly whenUnwanted: readonly string[];
}

function judge(seen: Seen): Verdict {
  const { platform, replicas, workload, now, suggests } = seen;
  const { one, many } = NOUN[platform];
  const wanted = workload?.replicas ?? replicas.length;
  if (replicas.length === 0) return none(seen);

  const up = replicas.filter(isUp);
  const down = replicas.filter((replica) => !isUp(replica) && !isSurplus(replica, up.length >= wanted));
  const missing = Math.max(0, wanted - replicas.length);
  const evidence: Evidence = {
    ready: `${up.length} of ${wanted}`,
    replicas: replicas.slice(0, SHOWN).map((replica) => short(lineOf(replica), 120)),
    ...(workload?.trouble === undefined ? {} : { trouble: short(workload.trouble, 120) }),
  };
  const [first] = down;
  if (first || missing > 0) {
    const all = Math.max(wanted, replicas.length);
    const among = all > 1 ? ` (${down.length + missing} of ${count(all, one, many)} not ready)` : '';
    const what = first ? wrongWith(first) : `${count(missing, `${one} is`, `${many} are`)} missing`;
    return problem(`${what}${among}`, {
      evidence,
      suggests,
      severity: up.length > 0 ? 'warning' : 'critical',
    });
  }
  const restless = up.find((replica) => keepsDying(replica, now));
  if (restless)
    return problem(`${restless.name} runs, but keeps ending: ${endings(restless, now)}`, {
      evidence,
      suggests,
      severity: 'warning',
    });
  if (workload?.trouble !== undefined)
    return problem(`what is wanted does not come up: ${short(workload.trouble, 160)}`, {
      evidence,
      severity: 'warning',
    });
  return healthy(`${count(up.length, one, many)}, running and ready`, evidence);
}

function none({ service, workload, suggests, whenUnwanted }: Seen): Verdict {
  if (!workload)
    return problem(`there is no container of ${service}: create it with “docker compose up -d ${service}”`);
  const { replicas, trouble } = workload;
  if (replicas === 0)
    return problem(`it is scaled to nothing: no pod of ${service} is wanted`, { suggests: whenUnwanted });
  const why = trouble === undefined ? '' : `: ${short(trouble, 160)}`;
  return problem(`none of ${count(replicas, 'pod')} is there${why}`, { suggests });
}

/** One more than is wanted, on its way: a rollout at work. */
const isSurplus = ({ state, why = '' }: Replica, isEnough: boolean): boolean =>
  isEnough && (state === 'waiting' || state === 'running') && ON_ITS_WAY.test(why);

const keepsDying = ({ restarts, lastExit }: Replica, now: Date): boolean =>
  restarts >= MANY_RESTARTS &&
  lastExit?.at !== undefined &&
  // An end that the platform has forgotten counts: what ends well is not started again three times.
  (lastExit.code !== 0 || lastExit.oomKilled === true) &&
  now.getTime() - lastExit.at.getTime() < LATELY_MS;

const endings = ({ restarts, lastExit }: Replica, now: Date): string =>
  [
    count(restarts, 'restart'),
    ...(lastExit?.at ? [`the last ${span(now.getTime() - lastExit.at.getTime())} ago`] : []),
    ...exitOf(lastExit),
  ].join(', ');

function exitOf(lastExit: Replica['lastExit']): string[] {
  if (!lastExit) return [];
  const { code, oomKilled } = lastExit;
  if (code === undefined) return ['how it ended is forgotten'];
  if (oomKilled) return [`exit code ${code}, out of memory`];
  const meaning = EXIT_CODES[code];
  return [`exit code ${code}${meaning === undefined ? '' : `, ${meaning}`}`];
}

/** The platform's word, how it ended, how often: what there is of them. */
const because = (replica: Replica): string => {
  const { why, restarts, lastExit } = replica;
  const known = [
    ...(why === undefined ? [] : [short(why, 160)]),
    ...exitOf(lastExit),
    ...(restarts > 0 ? [count(restarts, 'restart')] : []),
  ];
  return known.length === 0 ? '' : `: ${known.join('; ')}`;
};

/** One line: its name, what state it is in, and why. */
export function wrongWith(replica: Replica): string {
  const { name, state } = replica;
  switch (state) {
    case 'running':
      return `${name} runs but is not ready${because(replica)}`;
    case 'waiting':
      return `${name} has not started${because(replica)}`;
    case 'restarting':
      return `${name} ends and is started again and again${because(replica)}`;
    case 'exited':
      return `${name} has stopped${because(replica)}`;
  }
}

function lineOf(replica: Replica): string {
  const { name, state, ready, startedAt } = replica;
  const since = state === 'running' && startedAt ? ` since ${moment(startedAt)}` : '';
  return `${name} ${state}${since}, ${ready ? 'ready' : 'not ready'}${because(replica)}`;
}
