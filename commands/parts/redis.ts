/** Whether Redis can be of use to the backend, as several topics ask. */
import type { CheckContext } from '../../src/runbook/tools.ts';

export type RedisInfo = Awaited<ReturnType<CheckContext['redis']['info']>>;

/** The last keys before the limit are those of one request. */
const FULL = 0.95;

/** Used share of what it may use, 0 to 1; 0 without a limit. */
export const fullness = ({ usedMemoryBytes, maxMemoryBytes }: RedisInfo): number =>
  maxMemoryBytes === 0 ? 0 : usedMemoryBytes / maxMemoryBytes;

export const isFull = (info: RedisInfo): boolean => fullness(info) >= FULL;

/** Nothing can be written to it until something is removed. */
export const refusesWrites = (info: RedisInfo): boolean =>
  isFull(info) && info.evictionPolicy === 'noeviction';
