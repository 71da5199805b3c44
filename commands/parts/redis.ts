/** Whether Redis can be of use to the backend, as several topics ask. */
import type { CheckContext } from '../../src/runbook/tools.ts';

export type RedisInfo = Awaited<ReturnType<CheckContext['redis']['info']>>;

/** From here on somebody has to look. */
const NEARLY_FULL = 0.95;
/** What it counts and what it refuses by differ by its buffers: what is left is less than a request needs. */
const FULL = 0.99;

/** Used share of what it may use, 0 to 1; 0 without a limit. */
export const fullness = ({ usedMemoryBytes, maxMemoryBytes }: RedisInfo): number =>
  maxMemoryBytes === 0 ? 0 : usedMemoryBytes / maxMemoryBytes;

export const isNearlyFull = (info: RedisInfo): boolean => fullness(info) >= NEARLY_FULL;

/** When it is full, nothing can be written to it until something is removed. */
export const evictsNothing = ({ evictionPolicy }: RedisInfo): boolean => evictionPolicy === 'noeviction';

export const refusesWrites = (info: RedisInfo): boolean => fullness(info) >= FULL && evictsNothing(info);
