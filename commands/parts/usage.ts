/** What replicas use of what they may: one check for containers and for pods, for memory and for CPU. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Severity, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { askEach, noneOf } from './each-service.ts';
import { NOUN, type Platform, runtimeOf, type Service } from './services.ts';
import { bytes, count, percent, short } from './words.ts';

export type Usage = Awaited<ReturnType<CheckContext['docker']['usage']>>[number];

export interface Share {
  readonly usage: Usage;
  /** Used share of the limit, or of what the machine has where there is no limit, 0 to 1; undefined where neither is known. */
  readonly share?: number;
  /** Whether that is a limit of its own. */
  readonly isLimited: boolean;
  readonly written: string;
}

/** Of the running replicas of those services that the target has on this platform. */
export const usageOf = (platform: Platform, services: readonly Service[], context: CheckContext) =>
  askEach(platform, services, context.target, (service) =>
    runtimeOf(platform, context).usage(service, context.signal),
  );

export const memoryShare = (usage: Usage): Share => {
  const { memoryBytes: limit } = usage.limits;
  const { machineBytes } = usage;
  const most = limit ?? machineBytes;
  const ofWhat =
    limit !== undefined
      ? ` of ${bytes(limit)}`
      : `, no limit${machineBytes === undefined ? '' : `, the machine has ${bytes(machineBytes)}`}`;
  return {
    usage,
    ...(most ? { share: usage.memoryBytes / most } : {}),
    isLimited: limit !== undefined,
    written: `${usage.replica} ${bytes(usage.memoryBytes)}${ofWhat}`,
  };
};

export const cpuShare = (usage: Usage): Share => {
  const { cpuMillicores: limit } = usage.limits;
  return {
    usage,
    ...(limit === undefined ? {} : { share: usage.cpuMillicores / limit }),
    isLimited: limit !== undefined,
    written: `${usage.replica} ${Math.round(usage.cpuMillicores)}m${limit === undefined ? ', no limit' : ` of ${limit}m`}`,
  };
};

export interface UsageOptions {
  readonly title: string;
  readonly services: readonly Service[];
  readonly shareOf: (usage: Usage) => Share;
  /** How bad that share of the limit is; undefined when it is not. */
  readonly judge: (share: number, usage: Usage) => Severity | undefined;
  readonly suggests?: readonly string[];
  /** The same for one without a limit: there is none to raise. `suggests` when unset. */
  readonly suggestsUnlimited?: readonly string[];
  /** Whether it changes from one second to the next, as the use of a processor does. */
  readonly isOfAMoment?: boolean;
}

const SHOWN = 8;

export const usageCheck = (
  platform: Platform,
  {
    title,
    services,
    shareOf,
    judge,
    suggests = [],
    suggestsUnlimited = suggests,
    isOfAMoment = false,
  }: UsageOptions,
) =>
  check(
    title,
    async (context): Promise<Verdict> => {
      const { one, many } = NOUN[platform];
      const fullest = (await usageOf(platform, services, context))
        .map(shareOf)
        .toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
      const [worst] = fullest;
      if (!worst) return inconclusive(`no ${one} runs that could be measured`);
      const evidence = {
        measured: fullest.slice(0, SHOWN).map(({ written }) => short(written, 120)),
        'measured by': SOURCES[worst.usage.source],
      };
      if (worst.share === undefined)
        return healthy(`${count(fullest.length, one, many)}, none with a limit`, evidence);
      const severities = fullest.map(({ share = 0, usage }) => judge(share, usage));
      const over = severities.filter((severity) => severity !== undefined);
      const has = worst.isLimited ? 'its limit' : 'the machine’s memory, without a limit';
      if (over.length === 0)
        return healthy(
          `at most ${percent(worst.share)} of ${worst.isLimited ? 'a limit' : 'the machine’s memory'} is used`,
          evidence,
        );
      return problem(
        `${worst.usage.replica} uses ${percent(worst.share)} of ${has}${over.length > 1 ? `, and ${over.length - 1} more nearly as much` : ''}`,
        {
          evidence,
          severity: over.includes('critical') ? 'critical' : 'warning',
          suggests: worst.isLimited ? suggests : suggestsUnlimited,
        },
      );
    },
    { skip: noneOf(platform, services), isOfAMoment, timeoutSeconds: 20 },
  );

const SOURCES: Readonly<Record<Usage['source'], string>> = {
  docker: 'Docker, within one second',
  'metrics-api': 'the metrics API',
  kubelet: 'the kubelet',
};
