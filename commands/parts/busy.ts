/** Who keeps the processor busy: the machine's load, how often the kernel holds a container back, the busiest processes. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { askEach, noneOf } from './each-service.ts';
import { NOUN, type Platform, runtimeOf, SERVICES, type Service } from './services.ts';
import { noReplicas } from './target.ts';
import { type Usage, usageOf } from './usage.ts';
import { percent, short } from './words.ts';

/** Runnable processes for each core, over five minutes: a build raises it for one. */
const LOAD_WARNING = 2;
const LOAD_CRITICAL = 4;
/** One heavy request is held back too: only who was, and got through half of what it may, has too little. */
const THROTTLED = 0.5;
const LEAST_USED = 0.5;
/** Share of what one process can take, which is a core, or the container's limit where that is less. */
const BUSY = 0.9;
const CORE_MILLICORES = 1000;
const SHOWN = 8;

export const loadCheck = (platform: Platform) =>
  check(
    platform === 'docker' ? 'Load of the machine' : 'Load of the nodes',
    async (context): Promise<Verdict> => {
      const loads = await runtimeOf(platform, context).load('backend', context.signal);
      const [worst] = loads.toSorted((a, b) => b.averages[1] / b.cores - a.averages[1] / a.cores);
      if (!worst) return inconclusive(`no ${NOUN[platform].one} of the backend runs to ask from`);
      const { averages, cores, replica } = worst;
      const evidence = { '1, 5 and 15 min': averages.join(', '), cores, 'seen from': replica };
      const each = averages[1] / cores;
      const says = `${averages[1]} over 5 min on ${cores === 1 ? 'one core' : `${cores} cores`}`;
      return each < LOAD_WARNING
        ? healthy(says, evidence)
        : problem(`${says}: more wants to run than can`, {
            evidence,
            severity: each >= LOAD_CRITICAL ? 'critical' : 'warning',
          });
    },
    { skip: noReplicas(platform, 'backend') },
  );

/** Docker tells it; of pods neither the metrics API nor the kubelet's summary does, so that they are asked inside. `suggests`: for the backend. */
export const throttlingCheck = (platform: Platform, suggests: readonly string[]) =>
  check(
    `${platform === 'docker' ? 'Containers' : 'Pods'} held back by their CPU limit`,
    async (context): Promise<Verdict> => {
      const measured = await heldBackOf(platform, context);
      const limited = measured
        .filter(({ throttled }) => throttled !== undefined)
        .toSorted((a, b) => heldBack(b) - heldBack(a));
      const [most] = limited;
      if (!most) return withoutFigures(platform, measured);
      const evidence = {
        'periods held back': limited
          .slice(0, SHOWN)
          .map((usage) => short(`${usage.replica} ${percent(heldBack(usage))}, ${usedOf(usage)}`, 120)),
      };
      const worst = limited.find((usage) => heldBack(usage) >= THROTTLED && shareOf(usage) >= LEAST_USED);
      return worst
        ? problem(
            `${worst.replica} is held back in ${percent(heldBack(worst))} of its periods: ${usedOf(worst)}`,
            { evidence, severity: 'warning', suggests: worst.service === 'backend' ? suggests : [] },
          )
        : healthy(`at most in ${percent(heldBack(most))} of its periods`, evidence);
    },
    { skip: noneOf(platform, SERVICES), isOfAMoment: true, timeoutSeconds: 20 },
  );

type Held = Pick<Usage, 'replica' | 'limits'> &
  Partial<Pick<Usage, 'cpuMillicores' | 'throttled'>> & { readonly service: Service };

const heldBackOf = (platform: Platform, context: CheckContext): Promise<readonly Held[]> =>
  platform === 'docker'
    ? usageOf('docker', SERVICES, context)
    : askEach('kubernetes', SERVICES, context.target, (service) =>
        context.kubernetes.throttling(service, context.signal),
      );

function withoutFigures(platform: Platform, measured: readonly Held[]): Verdict {
  if (measured.length === 0) return inconclusive(`no ${NOUN[platform].one} runs that could be measured`);
  const silent = measured.filter(({ limits }) => limits.cpuMillicores !== undefined);
  return silent.length === 0
    ? healthy('none has a limit')
    : inconclusive(
        `nothing in ${short(silent.map(({ replica }) => replica).join(', '), 120)} can tell how often the kernel holds it back`,
      );
}

const heldBack = ({ throttled = 0 }: Held): number => throttled;
const shareOf = ({ cpuMillicores = 0, limits }: Held): number =>
  limits.cpuMillicores === undefined ? 0 : cpuMillicores / limits.cpuMillicores;
const usedOf = ({ cpuMillicores = 0, limits }: Held): string =>
  `${Math.round(cpuMillicores)}m of ${limits.cpuMillicores ?? 'any'}m`;

/** Over a second, as the guide's `top` counts; where nothing can read twice, over a process's life, and said as such. */
export const busyCheck = (platform: Platform, suggests: readonly string[]) =>
  check(
    `Busiest processes of the backend’s ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const { one, many } = NOUN[platform];
      const [processes, most] = await Promise.all([
        runtimeOf(platform, context).processes('backend', context.signal),
        mostPercent(platform, context),
      ]);
      const busiest = processes.toSorted((a, b) => b.cpuPercent - a.cpuPercent);
      const [first] = busiest;
      if (!first) return inconclusive(`no ${one} of the backend runs`);
      const evidence = {
        processes: busiest
          .slice(0, SHOWN)
          .map(({ cpuPercent, isAverage, pid, command }) =>
            short(`${cpuPercent} %${isAverage ? ' (over its life)' : ''} ${pid} ${command}`, 120),
          ),
        'one can take': `${most} % of a core`,
      };
      return first.cpuPercent < most * BUSY
        ? healthy(`none of the ${many}’ takes more than ${first.cpuPercent} % of a core`, evidence)
        : problem(
            `${short(first.command, 60)} (pid ${first.pid} in ${first.replica}) ${first.isAverage ? `has taken ${first.cpuPercent} % of a core since it began` : `takes ${first.cpuPercent} % of a core`}`,
            { evidence, severity: 'warning', suggests },
          );
    },
    { skip: noReplicas(platform, 'backend'), isOfAMoment: true, timeoutSeconds: 20 },
  );

/** Percent of a core that one process of the backend can take. */
async function mostPercent(platform: Platform, context: CheckContext): Promise<number> {
  const replicas = await runtimeOf(platform, context).replicas('backend', context.signal);
  const limits = replicas.flatMap(({ limits: { cpuMillicores } }) => cpuMillicores ?? []);
  return Math.round((100 * Math.min(CORE_MILLICORES, ...limits)) / CORE_MILLICORES);
}
