/** The users of deploy/redis/acl.txt: what one may see and not remove, and what the other removes. */
import { readFileSync } from 'node:fs';
import { beforeEach, expect, test } from 'vitest';
import { emptiedRedis, failure, PASSWORD, reach, soon } from './access.ts';

const { server } = emptiedRedis();
const at = (user: string) => reach({ port: server().port, credentials: `${user}:${PASSWORD}` });

beforeEach(async () => {
  const { admin } = server();
  const lines = readFileSync('deploy/redis/acl.txt', 'utf8').split('\n');
  for (const line of lines.filter((each) => each.startsWith('ACL '))) {
    const [command = '', ...words] = line.replace('PASSWORD', PASSWORD).split(' ');
    await admin.call(command, ...words);
  }
  await admin.mset('cache:1', 'an answer', 'session:1', 'somebody', 'queue:1', 'work');
  await admin.set('cache:2', 'another', 'EX', 60);
});

test('the one for diagnoses sees how Redis is and what it holds by kind, and removes nothing', async () => {
  const redis = at('paksa_diagnose');
  expect(await redis.ping(soon())).toBeGreaterThanOrEqual(0);
  expect(await redis.info(soon())).toMatchObject({ version: expect.any(String) });
  const { counts, allDatabases } = await redis.keyspace(soon());
  expect(allDatabases).toBe(4);
  expect(counts).toContainEqual(expect.objectContaining({ kind: 'cache', keys: 2, withoutTtl: 1 }));
  expect(await redis.otherDatabases(soon())).toEqual([]);
  for (const remove of [
    () => redis.dropCache(soon()),
    () => redis.dropSessions(soon()),
    () => redis.flushAll(soon()),
  ])
    expect(await failure(remove())).toMatchObject({ fault: 'forbidden' });
  expect(await server().admin.dbsize()).toBe(4);
});

test('the one for fixes removes what it is to, and neither reads what a key holds', async () => {
  const redis = at('paksa_fix');
  expect(await redis.dropCache(soon())).toBe(2);
  expect(await redis.dropSessions(soon())).toBe(1);
  await redis.flushAll(soon());
  const { admin } = server();
  expect(await admin.dbsize()).toBe(0);
  for (const user of ['paksa_diagnose', 'paksa_fix'])
    for (const command of [
      ['GET', 'session:1'],
      ['CONFIG', 'GET', 'requirepass'],
      ['KEYS', '*'],
    ])
      expect(await admin.call('ACL', 'DRYRUN', user, ...command)).toContain('no permissions');
});
