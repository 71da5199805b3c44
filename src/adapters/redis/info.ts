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
    lookups: { hits: number('keyspace_hits'), misses: number('keyspace_misses') },
    rejectedConnections: number('rejected_connections'),
    connectedClients: number('connected_clients'),
    maxClients: number('maxclients'),
    ...(fields.get('loading') === '1' ? { loading: number('loading_loaded_perc') / 100 } : {}),
    persistenceFailed: ['rdb_last_bgsave_status', 'aof_last_write_status'].some(
      (name) => fields.get(name) === 'err',
    ),
  };
}

/** The databases that hold keys, and how many, from `db0:keys=12,expires=3,…`. */
export const keysByDatabase = (text: string): readonly { database: number; keys: number }[] =>
  [...fieldsOf(text)].flatMap(([name, value]) => {
    const database = /^db(\d+)$/.exec(name)?.[1];
    const keys = /^keys=(\d+)/.exec(value)?.[1];
    return database === undefined || keys === undefined
      ? []
      : [{ database: Number(database), keys: Number(keys) }];
  });

/** Keys of all databases together. */
export const allKeys = (text: string): number =>
  keysByDatabase(text).reduce((sum, { keys }) => sum + keys, 0);

const fieldsOf = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const colon = line.indexOf(':');
      return line.startsWith('#') || colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
    }),
  );
