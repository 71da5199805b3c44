/** What the engine has to be told for new limits: it refuses some combinations with what a container has. */
import type { HostConfig } from 'dockerode';
import type { Limits } from '../runtime/port.ts';

const CPU_PERIOD_US = 100_000;

/** The limits that are given, as the engine's `update` takes them. */
export const updateOf = (now: HostConfig, { memoryBytes, cpuMillicores }: Limits) => ({
  ...(memoryBytes === undefined ? {} : memory(now, memoryBytes)),
  ...(cpuMillicores === undefined ? {} : cpu(now, cpuMillicores)),
});

/**
 * `MemorySwap` is memory and swap together, must not be below `Memory`, and keeps its distance; -1 is no limit. Where
 * there was no limit at all, twice the memory is what `docker run` would choose.
 */
function memory({ Memory = 0, MemorySwap = 0 }: HostConfig, bytes: number) {
  if (MemorySwap < 0) return { Memory: bytes, MemorySwap: -1 };
  const swap = Memory > 0 && MemorySwap >= Memory ? MemorySwap - Memory : bytes;
  return { Memory: bytes, MemorySwap: bytes + swap };
}

/** A container that was made with a quota takes no `NanoCpus`, and the other way round. */
const cpu = ({ CpuQuota = 0, CpuPeriod = 0 }: HostConfig, millicores: number) =>
  CpuQuota > 0
    ? { CpuQuota: Math.round((millicores * (CpuPeriod || CPU_PERIOD_US)) / 1000) }
    : { NanoCpus: Math.round(millicores * 1e6) };
