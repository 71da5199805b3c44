/** What replicas use of what they may: one check for containers and for pods, for memory and for CPU. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { faultOf } from './fault.ts';
import { NOUN, type Platform, runtimeOf, SERVICES, type Service } from './services.ts';
import { any, noReplicas } from './target.ts';
import { bytes, count, percent, short } from './words.ts';

export type Usage = Awaited<ReturnType<CheckContext['docker']['usage']>>[number];
export interface ServiceUsage extends Usage {
  readonly service: Service;
}

export interface Share {
  readonly of: ServiceUsage;
  /** Used share of the limit, 0 to 1; undefined without a limit. */
  readonly share?: number;
  readonly written: string;
}

/** Of every service that the target has on this platform; one that is scaled to nothing has none. */
export async function usageOf(platform: Platform, context: CheckContext): Promise<readonly ServiceUsage[]> {
  const services = SERVICES.filter((service) => noReplicas(platform, service)(context.target) === undefined);
  const all = await Promise.all(
    services.map(async (service) => {
      const usages = await runtimeOf(platform, context)
        .usage(service, context.signal)
        .catch((error: unknown) => {
          // That a service is not there at all is another topic's finding.
          if (faultOf(error) === 'not-found') return [];
          throw error;
        });
      return usages.map((usage) => ({ ...usage, service }));
    }),
  );
  return all.flat();
}

export const memoryShare = (of: ServiceUsage): Share => {
  const { memoryBytes: limit } = of.limits;
  return {
    of,
    ...(limit === undefined ? {} : { share: of.memoryBytes / limit }),
    written: `${of.replica} ${bytes(of.memoryBytes)}${limit === undefined ? ', no limit' : ` of ${bytes(limit)}`}`,
  };
};

export const cpuShare = (of: ServiceUsage): Share => {
  const { cpuMillicores: limit } = of.limits;
  const throttled = of.throttled === undefined ? '' : `, throttled ${percent(of.throttled)}`;
  return {
    of,
    ...(limit === undefined ? {} : { share: of.cpuMillicores / limit }),
    written: `${of.replica} ${Math.round(of.cpuMillicores)}m${limit === undefined ? ', no limit' : ` of ${limit}m`}${throttled}`,
  };
};

export interface UsageOptions {
  readonly title: string;
  readonly share: (usage: ServiceUsage) => Share;
  /** Used shares from which it is a warning, and critical. */
  readonly warning: number;
  readonly critical: number;
  readonly suggests: readonly string[];
}

const SHOWN = 8;

export const usageCheck = (platform: Platform, { title, share, warning, critical, suggests }: UsageOptions) =>
  check(
    title,
    async (context): Promise<Verdict> => {
      const shares = (await usageOf(platform, context)).map(share);
      const { many } = NOUN[platform];
      if (shares.length === 0) return inconclusive(`no ${many} run that could be measured`);
      const fullest = shares.toSorted((a, b) => (b.share ?? 0) - (a.share ?? 0));
      const [worst] = fullest;
      const evidence = {
        measured: fullest.slice(0, SHOWN).map(({ written }) => short(written, 120)),
        source: worst?.of.source ?? '',
      };
      if (worst?.share !== undefined && worst.share >= warning)
        return problem(`${worst.of.replica} uses ${percent(worst.share)} of its limit`, {
          evidence,
          severity: worst.share >= critical ? 'critical' : 'warning',
          // The guide's fixes are the backend's.
          suggests: worst.of.service === 'backend' ? suggests : [],
        });
      return healthy(
        worst?.share === undefined
          ? `${count(shares.length, NOUN[platform].one, many)}, none with a limit`
          : `at most ${percent(worst.share)} of a limit is used`,
        evidence,
      );
    },
    { skip: any(...SERVICES.map((service) => noReplicas(platform, service))), timeoutSeconds: 20 },
  );
