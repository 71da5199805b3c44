/** The audit log on a real PostgreSQL: what happens is in it, in order, and whoever touches it is found out. */
import type pg from 'pg';
import { describe, expect, test } from 'vitest';
import { commit } from '../../../src/engine/apply.ts';
import { allEntries, hashOf, verifyAudit } from '../../../src/engine/audit.ts';
import { decide } from '../../../src/engine/decide.ts';
import type { SealedEntry } from '../../../src/engine/ports.ts';
import { auditLine } from '../../../src/incident/audit-entry.ts';
import { createAuditLog } from '../../../src/store/audit.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { preparedDatabase } from '../../harness/database.ts';
import { incident } from '../../unit/sample-incident.ts';

const ANA = { id: 'U0ANA00001', groups: [] };

async function aLog() {
  const database = await preparedDatabase();
  const pool = openPool(database.url, () => undefined);
  const store = createStore(pool, async () => undefined);
  return {
    pool,
    store,
    url: database.url,
    log: createAuditLog(pool),
    open: (id: string) =>
      store.transact(async (tx) => {
        const { severity, findings, ...opened } = incident({ id, fingerprint: id, openedBy: ANA.id });
        const given = { ...opened, severity, findings, version: 0 };
        await commit(tx, given, { type: 'opened', severity, findings }, { actor: ANA.id });
      }),
    note: (id: string, text: string) =>
      decide({ store, checkpoint: () => undefined }, id, { decision: 'note', text }, ANA),
    async [Symbol.asyncDispose]() {
      await pool.end();
      await database.drop();
    },
  };
}
type Log = Awaited<ReturnType<typeof aLog>>;

async function entriesOf(log: Log['log']): Promise<readonly SealedEntry[]> {
  const all: SealedEntry[] = [];
  for await (const entry of allEntries(log)) all.push(entry);
  return all;
}
/** Oldest first. */
const linesOf = async (log: Log['log']) =>
  (await log.latest({ words: [] }, 100)).toReversed().map((entry) => ({ ...entry, line: auditLine(entry) }));
/** As somebody who has the owner's rights, and takes back that the table refuses. */
const forge = async (pool: pg.Pool, statement: string): Promise<void> => {
  await pool.query(`ALTER TABLE paksa_audit.entry DISABLE TRIGGER USER; ${statement};
    ALTER TABLE paksa_audit.entry ENABLE TRIGGER USER`);
};

describe('what happens', () => {
  test('is in it with who and when, sealed with what was before; what Paksa notes for itself is not', async () => {
    await using given = await aLog();
    await given.open('INC-1');
    await given.note('INC-1', 'looking at the proxy');
    await given.store.transact(async (tx) => {
      const held = await tx.lock('INC-1');
      if (held) await commit(tx, held, { type: 'silences-seen', periods: [] }, { actor: 'paksa' });
    });
    await decide(
      { store: given.store, checkpoint: () => undefined },
      'INC-1',
      { decision: 'approve', fix: 'renew', round: 1 },
      { id: 'U0NOBODY01', groups: [] },
    );
    const entries = await entriesOf(given.log);
    const lines = await linesOf(given.log);
    expect(lines).toMatchObject([
      { seq: 1, actor: ANA.id, incident: 'INC-1', line: 'opened' },
      { seq: 2, actor: ANA.id, incident: 'INC-1', line: 'noted, looking at the proxy' },
      { seq: 3, actor: 'U0NOBODY01', incident: 'INC-1', line: expect.stringMatching(/^refused, .*renew/) },
    ]);
    for (const { at } of lines) expect(Math.abs(Date.now() - at)).toBeLessThan(120_000);
    expect(entries.map(({ previous }) => previous)).toEqual(['', entries[0]?.hash, entries[1]?.hash]);
    for (const { previous, body, hash } of entries) expect(hash).toBe(hashOf(previous, body));
  });

  test('what an undo needs is not in it', async () => {
    await using given = await aLog();
    await given.open('INC-1');
    await given.pool.query(
      `INSERT INTO paksa.event (incident, seq, at, actor, type, event, effects)
       VALUES ('INC-1', 2, now(), 'paksa', 'undo-captured', $1, '[]')`,
      [
        JSON.stringify({
          at: 1,
          actor: 'paksa',
          type: 'undo-captured',
          fix: 'f',
          round: 1,
          data: { old: 'key' },
        }),
      ],
    );
    const [, captured] = await entriesOf(given.log);
    expect(JSON.parse(captured?.body ?? '').detail).toEqual({ fix: 'f', round: 1 });
    expect((await verifyAudit(given.log)).broken).toEqual([]);
  });

  test('of a transaction that is rolled back, nothing is', async () => {
    await using given = await aLog();
    await given.open('INC-1');
    await given.store
      .transact(async (tx) => {
        const held = await tx.lock('INC-1');
        if (held) await commit(tx, held, { type: 'noted', text: 'never' }, { actor: ANA.id });
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(await entriesOf(given.log)).toHaveLength(1);
  });

  test('silences, overrides and drills are, when they are made and when they are ended', async () => {
    await using given = await aLog();
    const now = Date.now();
    await given.store.transact(async (tx) => {
      const of = { environment: 'production', topic: 'ssl', labels: {}, reason: 'upgrade', madeBy: ANA.id };
      const made = await tx.silences.make({ ...of, from: now, to: now + 60_000, isConfirmed: false }, 'a');
      await tx.silences.confirm(made.id);
      await tx.silences.end(made.id, 'U0OMAR0004');
    });
    await given.store.transact((tx) =>
      tx.overrides
        .make({ schedule: 'nights', user: 'U0OMAR0004', from: now, to: now + 60_000, madeBy: ANA.id }, 'b')
        .then(() => undefined),
    );
    const entries = await linesOf(given.log);
    expect(entries.map(({ actor, line }) => [actor, line.split(',')[0]])).toEqual([
      [ANA.id, 'silence made'],
      [ANA.id, 'silence confirmed'],
      ['U0OMAR0004', 'silence ended'],
      [ANA.id, 'override made'],
    ]);
    expect(entries[0]?.line).toContain('ssl, in production');
  });

  test('who looked at what is, once, and not what Paksa owes itself', async () => {
    await using given = await aLog();
    const asked = { environment: 'production', topic: 'ssl', findings: [], skipped: [] };
    for (const state of ['running', 'finished'] as const)
      await given.store.transact((tx) =>
        tx.saveDiagnosis({ ...asked, id: 'one', requestedBy: ANA.id, state }),
      );
    await given.store.transact((tx) =>
      tx.saveDiagnosis({ ...asked, id: 'other', requestedBy: 'paksa', state: 'running' }),
    );
    const entries = await linesOf(given.log);
    expect(entries.map(({ actor, line }) => [actor, line])).toEqual([
      [ANA.id, 'diagnosis requested, ssl, in production'],
    ]);
  });

  test('by many at once: one after the other, without a gap, and nobody waits for ever', async () => {
    await using given = await aLog();
    const ids = Array.from({ length: 12 }, (_, index) => `INC-${index + 1}`);
    await Promise.all(ids.map((id) => given.open(id)));
    await Promise.all(
      ids.flatMap((id) => Array.from({ length: 10 }, (_, index) => given.note(id, `note ${index}`))),
    );
    // Two at a time, held in either order: whoever appends takes nothing after it.
    await Promise.all(
      ids.slice(1).map((id) =>
        given.store.transact(async (tx) => {
          for (const each of ['INC-1', id].toSorted()) {
            const held = await tx.lock(each);
            if (held) await commit(tx, held, { type: 'noted', text: 'both' }, { actor: ANA.id });
          }
        }),
      ),
    );
    const { entries, broken } = await verifyAudit(given.log);
    expect({ entries, broken }).toEqual({ entries: 12 + 120 + 22, broken: [] });
  });

  test('what there was before the log is taken into it', async () => {
    await using given = await aLog();
    await given.open('INC-1');
    await given.note('INC-1', 'before');
    await given.pool.query(
      `DROP SCHEMA paksa_audit CASCADE; DELETE FROM paksa.migration WHERE name = '0013-audit.sql'`,
    );
    await migrate(given.pool);
    await given.note('INC-1', 'after');
    expect((await linesOf(given.log)).map(({ line }) => line)).toEqual([
      'opened',
      'noted, before',
      'noted, after',
    ]);
    expect((await verifyAudit(given.log)).broken).toEqual([]);
  });
});

describe('whoever touches it', () => {
  test.each([
    'UPDATE paksa_audit.entry SET body = body',
    'DELETE FROM paksa_audit.entry',
    'TRUNCATE paksa_audit.entry',
  ])('is refused: %s', async (statement) => {
    await using given = await aLog();
    await given.open('INC-1');
    await expect(given.pool.query(statement)).rejects.toThrow('the audit log is append only');
    expect(await entriesOf(given.log)).toHaveLength(1);
  });

  test.each([
    [
      'changes an entry',
      `UPDATE paksa_audit.entry SET body = replace(body, 'second', 'another') WHERE seq = 3`,
      ['entry 3 is not what was sealed', 'what INC-1’s own log holds as number 3 is not in it, or not so'],
    ],
    [
      'changes an entry, and seals it again',
      `UPDATE paksa_audit.entry SET body = replace(body, 'second', 'another'),
         hash = encode(sha256(convert_to(previous || E'\\n' || replace(body, 'second', 'another'), 'UTF8')), 'hex')
       WHERE seq = 3`,
      [
        'entry 4 does not follow the one before it',
        'what INC-1’s own log holds as number 3 is not in it, or not so',
      ],
    ],
    [
      'takes one out',
      'DELETE FROM paksa_audit.entry WHERE seq = 2',
      ['entry 2 is missing', 'what INC-1’s own log holds as number 2 is not in it, or not so'],
    ],
    [
      'cuts the end off',
      'DELETE FROM paksa_audit.entry WHERE seq > 2',
      [
        'what INC-1’s own log holds as number 3 is not in it, or not so',
        'what INC-1’s own log holds as number 4 is not in it, or not so',
      ],
    ],
    [
      'changes what happened',
      `UPDATE paksa.event SET actor = 'U0SOMEBODY' WHERE seq = 3`,
      ['what INC-1’s own log holds as number 3 is not in it, or not so'],
    ],
  ])('is found out: %s', async (_, statement, broken) => {
    await using given = await aLog();
    await given.open('INC-1');
    for (const text of ['first', 'second', 'third']) await given.note('INC-1', text);
    expect((await verifyAudit(given.log)).broken).toEqual([]);
    await forge(given.pool, statement);
    expect((await verifyAudit(given.log)).broken).toEqual(broken);
  });

  test('an end that is cut off together with what happened is missed by whoever has kept the last entry', async () => {
    await using given = await aLog();
    await given.open('INC-1');
    await given.note('INC-1', 'second');
    const { last } = await verifyAudit(given.log);
    expect((await verifyAudit(given.log, last)).broken).toEqual([]);
    await forge(
      given.pool,
      'DELETE FROM paksa_audit.entry WHERE seq = 2; DELETE FROM paksa.event WHERE seq = 2',
    );
    expect((await verifyAudit(given.log)).broken).toEqual([]);
    expect((await verifyAudit(given.log, last)).broken).toEqual([
      'entry 2, which you have kept, is not there: the end was cut off',
    ]);
    expect((await verifyAudit(given.log, { seq: 1, hash: 'f'.repeat(64) })).broken).toEqual([
      'entry 1 is not the one that you have kept',
    ]);
  });
});
