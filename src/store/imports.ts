/** Takes over what left the house and what came in while the database was away. Each statement may be repeated. */
import type pg from 'pg';
import type { Imports } from '../engine/alone.ts';
import type { Enqueue } from '../engine/ports.ts';
import { jsonb } from './jsonb.ts';
import { inTransaction } from './pool.ts';

export const createImports = (pool: pg.Pool, enqueue: Enqueue): Imports => ({
  pages: ({ deliveries, tries, messages, recipients }) =>
    inTransaction(pool, async (client) => {
      await client.query(DELIVERIES, [jsonb(deliveries)]);
      await client.query(TRIES, [jsonb(tries)]);
      // Only pages: notes are the replicas' own, and nothing here would bring them up to date.
      await client.query(MESSAGES, [jsonb(messages.filter(({ key }) => key.startsWith('page/')))]);
      await client.query(RECIPIENTS, [jsonb(recipients)]);
    }),
  receipt: ({ id, kind, body }, isAnswered) =>
    inTransaction(pool, async (client) => {
      const { rowCount } = await client.query(
        `INSERT INTO paksa.receipt (id, kind, body, received_at, done_at)
         VALUES ($1, $2, $3, paksa.now(), CASE WHEN $4 THEN paksa.now() END) ON CONFLICT (id) DO NOTHING`,
        [id, kind, isAnswered ? '{}' : jsonb(body), isAnswered],
      );
      if (rowCount === 1 && !isAnswered)
        await enqueue((text, values) => client.query(text, values), { task: 'receive', receipt: id });
    }),
});

/**
 * What is known to have been taken stays so; what may have been is looked for. The conflict is the id's, which follows from page
 * and pager: two at the same moment meet in its index first.
 */
const DELIVERIES = `
  INSERT INTO paksa.page_delivery AS known
    (id, page, pager, state, taken_by, reference, reason, told, recipient, owed_at, begun_at, changed_at)
  SELECT id, page, pager, state, "takenBy", reference, reason, told, recipient, to_timestamp("owedAt" / 1000),
    to_timestamp("begunAt" / 1000), paksa.now()
  FROM jsonb_to_recordset($1::jsonb) AS new
    (id uuid, page text, pager text, state text, "takenBy" text, reference text, reason text, told text,
     recipient text, "owedAt" float8, "begunAt" float8)
  ON CONFLICT (id) DO UPDATE SET
    state = excluded.state, taken_by = coalesce(excluded.taken_by, known.taken_by),
    reference = coalesce(excluded.reference, known.reference), reason = excluded.reason,
    told = coalesce(excluded.told, known.told), recipient = coalesce(excluded.recipient, known.recipient), begun_at = coalesce(known.begun_at, excluded.begun_at),
    changed_at = paksa.now()
  WHERE CASE known.state WHEN 'sent' THEN excluded.told IS NOT NULL AND excluded.state = 'sent'
    WHEN 'begun' THEN excluded.state = 'sent' ELSE true END`;

/** By the database's clock, as the replica reckoned it. */
const TRIES = `
  INSERT INTO paksa.page_try AS known (id, page, pager, tried_at, taken, said)
  SELECT id, page, pager, to_timestamp(at / 1000), (outcome ->> 'taken')::boolean, outcome ->> 'said'
  FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, page text, pager text, at float8, outcome jsonb)
  ON CONFLICT (id) DO UPDATE SET taken = excluded.taken, said = excluded.said WHERE known.taken IS NULL`;

const MESSAGES = `
  INSERT INTO paksa.message AS known (key, state, channel, ts, content, changed_at)
  SELECT key, state, channel, ts, content, paksa.now()
  FROM jsonb_to_recordset($1::jsonb) AS new (key text, state text, channel text, ts text, content text)
  ON CONFLICT (key) DO UPDATE SET state = excluded.state, channel = excluded.channel, ts = excluded.ts,
    content = excluded.content, changed_at = paksa.now()
  WHERE known.ts IS NULL AND (excluded.ts IS NOT NULL OR known.state <> 'sending')`;

const RECIPIENTS = `
  INSERT INTO paksa.page_recipient (page, user_id, settled_at)
  SELECT page, "user", paksa.now() FROM jsonb_to_recordset($1::jsonb) AS new (page text, "user" text)
  ON CONFLICT (page) DO NOTHING`;
