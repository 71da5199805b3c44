/** The audit log, read: the database writes it by itself, at the commit of what is to be kept (migrations/0013-audit.sql). */
import type pg from 'pg';
import type { AuditLog, SealedEntry } from '../engine/ports.ts';
import type { AuditEntry } from '../incident/audit-entry.ts';

interface Row {
  readonly seq: string;
  readonly body: string;
  readonly previous: string;
  readonly hash: string;
}

const sealed = ({ seq, ...row }: Row): SealedEntry => ({ seq: Number(seq), ...row });

export const createAuditLog = (pool: pg.Pool): AuditLog => ({
  after: async (seq, most) => {
    const { rows } = await pool.query<Row>(
      'SELECT seq, body, previous, hash FROM paksa_audit.entry WHERE seq > $1 ORDER BY seq LIMIT $2',
      [seq, most],
    );
    return rows.map(sealed);
  },
  latest: async ({ incident, actor, words }, most) => {
    const { rows } = await pool.query<{ entry: Omit<AuditEntry, 'at'> & { readonly at: string } }>(
      `SELECT body::jsonb AS entry FROM paksa_audit.entry
        WHERE ($1::text IS NULL OR body::jsonb ->> 'incident' = $1)
          AND ($2::text IS NULL OR body::jsonb ->> 'actor' = $2)
          AND NOT EXISTS (SELECT FROM unnest($3::text[]) word WHERE strpos(lower(body), word) = 0)
        ORDER BY seq DESC LIMIT $4`,
      [incident ?? null, actor ?? null, words.map((word) => word.toLowerCase()), most],
    );
    return rows.map(({ entry }) => ({ ...entry, at: Date.parse(entry.at) }));
  },
  strays: async (most) => {
    const { rows } = await pool.query<{ incident: string; version: number }>(
      `SELECT e.incident, e.seq AS version
         FROM paksa.event e
        WHERE paksa_audit.is_kept(e.type)
          AND NOT EXISTS (
            SELECT FROM paksa_audit.entry a
             WHERE a.body::jsonb ->> 'incident' = e.incident AND a.body::jsonb ->> 'version' = e.seq::text
               AND a.body::jsonb ->> 'type' = e.type AND a.body::jsonb ->> 'actor' = e.actor
               AND a.body::jsonb -> 'detail' = jsonb_strip_nulls(paksa_audit.detail(e.type, e.event)))
        ORDER BY e.at LIMIT $1`,
      [most],
    );
    return rows;
  },
  isOwn: async () => {
    const { rows } = await pool.query<{ own: boolean }>(
      `SELECT r.rolsuper OR pg_has_role(c.relowner, 'USAGE') OR pg_has_role(n.nspowner, 'USAGE') AS own
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, pg_roles r
        WHERE c.oid = 'paksa_audit.entry'::regclass AND r.rolname = current_user`,
    );
    return rows[0]?.own ?? true;
  },
});
