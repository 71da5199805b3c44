/** The audit log, once it belongs to another role than Paksa’s own. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { commit } from '../../../src/engine/apply.ts';
import { verifyAudit } from '../../../src/engine/audit.ts';
import { createAuditLog } from '../../../src/store/audit.ts';
import { migrate } from '../../../src/store/migrate.ts';
import { openPool } from '../../../src/store/pool.ts';
import { createStore } from '../../../src/store/store.ts';
import { freshDatabase } from '../../harness/database.ts';
import { requirePrograms } from '../../harness/programs.ts';
import { incident } from '../../unit/sample-incident.ts';

const SCRIPT = fileURLToPath(new URL('../../../deploy/postgres/audit-owner.sql', import.meta.url));

test.runIf(requirePrograms('psql'))(
  'owned by another role, Paksa’s own adds to it by what it does, and can change nothing',
  async () => {
    const { url, drop } = await freshDatabase();
    const admin = openPool(url, () => undefined);
    const role = `of_${new URL(url).pathname.slice(1)}`;
    await admin.query(
      `CREATE ROLE ${role} LOGIN PASSWORD 'a-password'; GRANT CREATE ON DATABASE ${new URL(url).pathname.slice(1)} TO ${role}`,
    );
    const address = new URL(url);
    address.username = role;
    address.password = 'a-password';
    const own = openPool(address.href, () => undefined);
    try {
      await migrate(own);
      const log = createAuditLog(own);
      expect(await log.isOwn()).toBe(true);
      // Twice does no harm.
      for (let run = 0; run < 2; run += 1)
        await promisify(execFile)('psql', [
          url,
          '--set=ON_ERROR_STOP=1',
          `--set=paksa=${role}`,
          `--file=${SCRIPT}`,
        ]);
      const store = createStore(own, async () => undefined);
      await store.transact(async (tx) => {
        const given = { ...incident({ id: 'INC-1', fingerprint: 'f' }), version: 0 };
        const { severity, findings } = given;
        await commit(tx, given, { type: 'opened', severity, findings }, { actor: 'U0ANA00001' });
      });
      expect(await verifyAudit(log)).toMatchObject({ entries: 1, broken: [], isOwn: false });
      for (const statement of [
        'DELETE FROM paksa_audit.entry',
        'UPDATE paksa_audit.entry SET body = body',
        'TRUNCATE paksa_audit.entry',
        `INSERT INTO paksa_audit.entry VALUES (2, '{}', '', '')`,
        'ALTER TABLE paksa_audit.entry DISABLE TRIGGER USER',
        'DROP TABLE paksa_audit.entry',
        'DROP SCHEMA paksa_audit CASCADE',
        `SELECT paksa_audit.seal('{}')`,
        'CREATE TABLE paksa_audit.another (id int)',
        'CREATE OR REPLACE FUNCTION paksa_audit.seal(entry jsonb) RETURNS void LANGUAGE sql AS $$ $$',
      ])
        await expect(own.query(statement), statement).rejects.toMatchObject({ code: '42501' });
      expect(await verifyAudit(log)).toMatchObject({ entries: 1, broken: [] });
    } finally {
      await own.end();
      await admin.end();
      await drop();
    }
  },
);
