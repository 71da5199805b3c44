/** Who keeps the processor busy: the machine's load, how often the kernel holds a container back, the busiest processes. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import { NOUN, type Platform, runtimeOf } from './services.ts';
import { any, noContainer, noReplicas } from './target.ts';
import { usageOf } from './usage.ts';
import { percent, short } from './words.ts';

/** Runnable processes for each core, over five minutes: a build raises it for one. */
const LOAD_WARNING = 2;
const LOAD_CRITICAL = 4;
/** Held back in a quarter of all periods, answers take visibly longer. */
const THROTTLED = 0.25;
/** Percent of a core that one process takes over its whole life. */
const BUSY_PERCENT = 90;
const SHOWN = 8;

export const loadCheck = (platform: Platform) =>
  check(
    platform === 'docker' ? 'Load of the machine' : 'Load of the nodes',
    async (context): Promise<Verdict> => {
      const loads = await runtimeOf(platform, context).load('backend', context.signal);
      const [worst] = loads.toSorted((a, b) => b.averages[1] / b.cores - a.averages[1] / a.cores);
      if (!worst) return inconclusive(`no ${NOUN[platform].one} of the backend runs to ask from`);
      const { averages, cores } = worst;
      const evidence = { '1, 5 and 15 min': averages.join(', '), cores };
      const each = averages[1] / cores;
      return each < LOAD_WARNING
        ? healthy(`${averages[1]} over 5 min on ${cores} cores`, evidence)
        : problem(`${averages[1]} over 5 min on ${cores} cores: more runs than the machine can do`, {
            evidence,
            severity: each >= LOAD_CRITICAL ? 'critical' : 'warning',
          });
    },
    { skip: noReplicas(platform, 'backend') },
  );

/** Docker alone tells: neither the metrics API nor the kubelet's summary does. */
export const throttlingCheck = (suggests: readonly string[]) =>
  check(
    'Containers held back by their limit',
    async (context): Promise<Verdict> => {
      const usages = (await usageOf('docker', context)).filter(({ throttled }) => throttled !== undefined);
      const [worst] = usages.toSorted((a, b) => (b.throttled ?? 0) - (a.throttled ?? 0));
      const share = worst?.throttled;
      if (!worst || share === undefined)
        return healthy('no container has a CPU limit that could hold it back');
      const evidence = {
        'held back': usages
          .slice(0, SHOWN)
          .map(({ replica, throttled = 0 }) => `${replica} ${percent(throttled)}`),
      };
      return share < THROTTLED
        ? healthy(`at most ${percent(share)} of the time`, evidence)
        : problem(`${worst.replica} is held back ${percent(share)} of the time`, {
            evidence,
            severity: 'warning',
            suggests: worst.service === 'backend' ? suggests : [],
          });
    },
    {
      skip: any(noContainer('backend'), noContainer('postgres'), noContainer('redis'), noContainer('nginx')),
      timeoutSeconds: 20,
    },
  );

export const busyCheck = (platform: Platform, suggests: readonly string[]) =>
  check(
    platform === 'docker' ? 'Busiest processes of the containers' : 'Busiest processes of the pods',
    async (context): Promise<Verdict> => {
      const processes = await runtimeOf(platform, context).processes('backend', context.signal);
      const [busiest] = processes.toSorted((a, b) => b.cpuPercent - a.cpuPercent);
      if (!busiest) return inconclusive(`no ${NOUN[platform].one} of the backend runs`);
      const evidence = {
        processes: processes
          .toSorted((a, b) => b.cpuPercent - a.cpuPercent)
          .slice(0, SHOWN)
          .map(({ cpuPercent, pid, command }) => short(`${cpuPercent} % ${pid} ${command}`, 120)),
      };
      return busiest.cpuPercent < BUSY_PERCENT
        ? healthy(`none takes more than ${busiest.cpuPercent} % of a core`, evidence)
        : problem(
            `${short(busiest.command, 60)} (pid ${busiest.pid} in ${busiest.replica}) takes ${busiest.cpuPercent} % of a core`,
            { evidence, severity: 'warning', suggests },
          );
    },
    { skip: noReplicas(platform, 'backend') },
  );
