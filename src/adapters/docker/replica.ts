/** A container as a replica: the engine's words, its exit, its limits. */
import type { ContainerInspectInfo, HostConfig } from 'dockerode';
import type { Limits, Replica } from '../runtime/port.ts';
import type { Inspected } from './containers.ts';
import type { Engine } from './engine.ts';
import { exitFromEvents } from './events.ts';

type State = ContainerInspectInfo['State'];

/** The kernel's default, when the engine says none. */
const CPU_PERIOD_US = 100_000;

export async function toReplica(
  engine: Engine,
  { name, info }: Inspected,
  signal: AbortSignal,
): Promise<Replica> {
  const { State, HostConfig } = info;
  const why = whyOf(State);
  const startedAt = timeOf(State.StartedAt);
  const lastExit = await lastExitOf(engine, info, signal);
  return {
    name,
    image: info.Config.Image,
    state: stateOf(State),
    ready: isReady(State),
    ...(why === undefined ? {} : { why }),
    restarts: info.RestartCount,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(lastExit === undefined ? {} : { lastExit }),
    limits: limitsOf(HostConfig),
  };
}

/** Go writes a time that never was as the year 1. */
export function timeOf(text: string): Date | undefined {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) || time.getUTCFullYear() <= 1 ? undefined : time;
}

export const isReady = ({ Status, Health }: State): boolean =>
  Status === 'running' &&
  (Health === undefined || Health.Status === 'healthy' || Health.Status === 'none' || Health.Status === '');

/** Zero is the engine's word for none. */
export function limitsOf({ Memory, NanoCpus, CpuQuota, CpuPeriod }: HostConfig): Limits {
  const cpuMillicores = NanoCpus
    ? NanoCpus / 1e6
    : CpuQuota && CpuQuota > 0
      ? (1000 * CpuQuota) / (CpuPeriod || CPU_PERIOD_US)
      : undefined;
  return {
    ...(Memory ? { memoryBytes: Memory } : {}),
    ...(cpuMillicores === undefined ? {} : { cpuMillicores: Math.round(cpuMillicores) }),
  };
}

function stateOf({ Status }: State): Replica['state'] {
  switch (Status) {
    case 'running':
    case 'paused':
      return 'running';
    case 'restarting':
      return 'restarting';
    case 'created':
      return 'waiting';
    default:
      return 'exited';
  }
}

function whyOf({ Status, Health, OOMKilled, Error: error }: State): string | undefined {
  if (Status === 'running') {
    const health = Health?.Status;
    return health === 'unhealthy' || health === 'starting' ? health : undefined;
  }
  if (OOMKilled) return 'OOMKilled';
  return error === '' ? Status : `${Status}: ${error.slice(0, 300)}`;
}

async function lastExitOf(
  engine: Engine,
  info: ContainerInspectInfo,
  signal: AbortSignal,
): Promise<Replica['lastExit']> {
  const { Running, Restarting, ExitCode, OOMKilled, FinishedAt } = info.State;
  const at = timeOf(FinishedAt);
  if (at === undefined) return undefined;
  return Running && !Restarting
    ? exitFromEvents(engine, info.Id, at, signal)
    : { code: ExitCode, oomKilled: OOMKilled, at };
}
