/** INFO as older versions write it. */
import { expect, test } from 'vitest';
import { allKeys, readInfo } from '../../../src/adapters/redis/info.ts';

const REDIS_5 = `# Server\r
redis_version:5.0.14\r
uptime_in_seconds:864000\r
\r
# Clients\r
connected_clients:12\r
\r
# Memory\r
used_memory:1048576\r
maxmemory:2097152\r
maxmemory_policy:allkeys-lru\r
\r
# Persistence\r
rdb_last_bgsave_status:ok\r
aof_last_write_status:err\r
\r
# Stats\r
rejected_connections:3\r
keyspace_hits:10\r
keyspace_misses:5\r
evicted_keys:7\r
\r
# Replication\r
role:slave\r
\r
# Keyspace\r
db0:keys=12,expires=3,avg_ttl=0\r
db5:keys=30,expires=0,avg_ttl=0\r
`;

test('Redis 5, which does not tell its limit of clients', () => {
  expect(readInfo(REDIS_5)).toEqual({
    version: '5.0.14',
    role: 'slave',
    uptimeSeconds: 864_000,
    usedMemoryBytes: 1_048_576,
    maxMemoryBytes: 2_097_152,
    evictionPolicy: 'allkeys-lru',
    evictedKeys: 7,
    lookups: { hits: 10, misses: 5 },
    rejectedConnections: 3,
    connectedClients: 12,
    maxClients: 0,
    persistenceFailed: true,
  });
  expect(allKeys(REDIS_5)).toBe(42);
});

test('one that loads its data says how far it is', () => {
  expect(readInfo('loading:1\r\nloading_loaded_perc:41.50\r\n')).toMatchObject({ loading: 0.415 });
  expect(readInfo('loading:0\r\n')).not.toHaveProperty('loading');
});

test('nothing', () => {
  expect(readInfo('')).toMatchObject({ version: '', maxClients: 0, persistenceFailed: false });
  expect(allKeys('')).toBe(0);
});
