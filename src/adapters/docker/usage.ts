/** Memory and processor time of a running container, by the engine's own two readings a second apart. */
import { z } from 'zod';
import type { Usage } from '../runtime/port.ts';
import type { Inspected } from './containers.ts';
import type { Engine } from './engine.ts';
import { limitsOf } from './replica.ts';

const cpu = z.object({
  cpu_usage: z.object({ total_usage: z.number() }),
  throttling_data: z
    .object({ periods: z.number(), throttled_periods: z.number() })
    .prefault({ periods: 0, throttled_periods: 0 }),
});

const reading = z.object({
  read: z.coerce.date(),
  preread: z.coerce.date(),
  cpu_stats: cpu,
  precpu_stats: cpu,
  memory_stats: z.object({
    usage: z.number().optional(),
    limit: z.number().optional(),
    stats: z.record(z.string(), z.number()).prefault({}),
  }),
});

type Reading = z.infer<typeof reading>;

/** Absent when the container ended meanwhile: the engine then says nothing but zeros. */
export async function usageOf(
  engine: Engine,
  { name, container, info }: Inspected,
  signal: AbortSignal,
): Promise<Usage | undefined> {
  const raw: unknown = await engine.ask('read statistics', signal, (abortSignal) => {
    // Not `one-shot`: without an earlier reading there is no rate.
    const options = { stream: false as const, abortSignal };
    return container.stats(options);
  });
  const { data } = reading.safeParse(raw);
  if (data?.memory_stats.usage === undefined) return undefined;
  const limits = limitsOf(info.HostConfig);
  // Without a limit the engine says what the machine has.
  const machineBytes = limits.memoryBytes === undefined ? data.memory_stats.limit : undefined;
  const throttled = limits.cpuMillicores === undefined ? undefined : throttledShare(data);
  return {
    replica: name,
    memoryBytes: workingSet(data.memory_stats.usage, data.memory_stats.stats),
    cpuMillicores: millicores(data),
    limits,
    ...(machineBytes ? { machineBytes } : {}),
    ...(throttled === undefined ? {} : { throttled }),
    source: 'docker',
  };
}

/** As `docker stats` counts it: cgroup v1 says `total_inactive_file`, v2 `inactive_file`. */
const workingSet = (usage: number, stats: Readonly<Record<string, number>>): number =>
  Math.max(0, usage - (stats.total_inactive_file ?? stats.inactive_file ?? 0));

/** Nanoseconds of processor in nanoseconds of time. */
function millicores({ read, preread, cpu_stats, precpu_stats }: Reading): number {
  const used = cpu_stats.cpu_usage.total_usage - precpu_stats.cpu_usage.total_usage;
  const elapsed = (read.getTime() - preread.getTime()) * 1e6;
  return elapsed > 0 ? Math.max(0, Math.round((1000 * used) / elapsed)) : 0;
}

function throttledShare({ cpu_stats, precpu_stats }: Reading): number {
  const periods = cpu_stats.throttling_data.periods - precpu_stats.throttling_data.periods;
  const held = cpu_stats.throttling_data.throttled_periods - precpu_stats.throttling_data.throttled_periods;
  return periods > 0 ? Math.min(1, held / periods) : 0;
}
