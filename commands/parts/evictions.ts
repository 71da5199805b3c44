/** Whom the nodes have thrown out for want of memory: an evicted pod is replaced at once, and nobody who counts pods sees it. */
import { check } from '../../src/runbook/check.ts';
import { healthy, problem, type Verdict } from '../../src/runbook/finding.ts';
import { SERVICES } from './services.ts';
import { noCluster } from './target.ts';
import { usageOf } from './usage.ts';
import { ago, count, short } from './words.ts';

/** It stays listed for days. */
const LATELY_MS = 60 * 60_000;
const SHOWN = 8;

export const evictionsCheck = check(
  'Pods thrown out for want of memory',
  async (context): Promise<Verdict> => {
    const { kubernetes, now, signal } = context;
    const [pods, usages] = await Promise.all([
      kubernetes.pods(signal),
      // What nobody can measure is the finding of who measures.
      usageOf('kubernetes', SERVICES, context).catch(() => []),
    ]);
    const evicted = pods.flatMap(({ name, evicted: eviction }) =>
      eviction && /memory/i.test(eviction.says) ? [{ name, ...eviction }] : [],
    );
    const lately = evicted.filter(({ at }) => at && now.getTime() - at.getTime() < LATELY_MS);
    const pressed = usages.filter(({ machineIsShort }) => machineIsShort).map(({ replica }) => replica);
    const evidence = {
      ...(evicted.length > 0
        ? {
            evicted: evicted
              .slice(0, SHOWN)
              .map(({ name, says, at }) => short(`${name}${at ? ` ${ago(at, now)}` : ''}: ${says}`, 160)),
          }
        : {}),
      ...(pressed.length > 0 ? { 'on nodes short of memory': pressed.slice(0, SHOWN) } : {}),
    };
    if (lately.length > 0)
      return problem(
        `${count(lately.length, 'pod')} thrown out in the last hour, because the node ran out of memory${pressed.length > 0 ? ', and it still is' : ''}`,
        { evidence, severity: 'warning' },
      );
    if (pressed.length > 0)
      return problem(
        `the node of ${short(pressed.join(', '), 120)} is short of memory, and will throw pods out`,
        {
          evidence,
          severity: 'warning',
        },
      );
    return healthy(evicted.length > 0 ? 'none in the last hour' : 'none', evidence);
  },
  { skip: noCluster, timeoutSeconds: 20 },
);
