/** INFO, read: `field:value` lines under headings. Versions differ in their fields; what one lacks is 0 or empty. */
import type { RedisInfo } from './port.ts';

export function readInfo(text: string): RedisInfo {
  const fields = fieldsOf(text);
  const number = (name: string): number => Number(fields.get(name) ?? 0) || 0;
  return {
    version: fields.get('redis_version') ?? '',
    role: fields.get('role') ?? '',
    uptimeSeconds: number('uptime_in_seconds'),
    usedMemoryBytes: number('used_memory'),
    maxMemoryBytes: number('maxmemory'),
    evictionPolicy: fields.get('maxmemory_policy') ?? '',
    evictedKeys: number('evicted_keys'),
    keyspaceHits: number('keyspace_hits'),
    keyspaceMisses: number('keyspace_misses'),
    rejectedConnections: number('rejected_connections'),
    connectedClients: number('connected_clients'),
    maxClients: number('maxclients'),
    persistenceFailed: ['rdb_last_bgsave_status', 'aof_last_write_status'].some(
      (name) => fields.get(name) === 'err',
    ),
  };
}

/** Keys of all databases together, from `db0:keys=12,expires=3,…`. */
export const allKeys = (text: string): number =>
  [...fieldsOf(text)]
    .filter(([name]) => /^db\d+$/.test(name))
    .reduce((sum, [, value]) => sum + Number(/^keys=(\d+)/.exec(value)?.[1] ?? 0), 0);

const fieldsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return line.startsWith('#') || colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
