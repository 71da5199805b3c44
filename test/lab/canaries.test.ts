/**
 * Secrets planted wherever Paksa looks: in logs, sessions, processes, variables, keys and rows. None of them may come out,
 * whatever is asked for; what stood beside them does, so that it is known that Paksa has read there.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../sandbox/workspace/model.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { closers } from '../../src/signals.ts';
import { createWorld, type World } from '../harness/world.ts';
import { type ComposeStack, startComposeStack } from './compose-stack.ts';
import { composeEnvironment, fileOf } from './configuration.ts';
import { hold, rows, sql } from './faults/sql.ts';
import { canRunLab, LAB_MS, runningLab, STACK_MS } from './for-tests.ts';
import { signToken } from './token.ts';
import { until } from './until.ts';

const PATIENCE_MS = 120_000;
const planted: string[] = [];
/** Nobody else has it, and whoever finds it knows where it is from. */
function canary(alphabet: 'hex' | 'base64url' = 'hex'): string {
  const secret = randomBytes(12).toString(alphabet);
  planted.push(secret);
  return secret;
}
const CARD = '4111 1111 1111 1111';
const IBAN = 'DE89 3704 0044 0532 0130 00';
const jwt = () => {
  const token = signToken(canary());
  planted.push(token.split('.')[2] ?? '');
  return token;
};

/** One of each kind, in the way that programs write them. */
const sayings = (): readonly string[] => [
  `postgres://app:${canary()}@db.internal/books`,
  `password=${canary()}`,
  `"api_key": "${canary()}"`,
  `Authorization: Bearer ${canary()}`,
  jwt(),
  `xoxb-${canary()}`,
  `curl -u admin:${canary()} https://api.internal/`,
  `mysqldump --password=${canary()} books`,
  `card ${CARD}, account ${IBAN}`,
];

describe.runIf(canRunLab())('planted secrets', () => {
  let stack: ComposeStack;
  let world: World;
  let said = '';
  const { opened, closeAll } = closers();

  beforeAll(async () => {
    stack = await startComposeStack(await runningLab(), 'canaries');
    opened(stack.stop);
    planted.push(stack.jwtSecret, new URL(stack.databaseUrl).password, stack.token().split('.')[2] ?? '');
    planted.push(CARD, CARD.replaceAll(' ', ''), IBAN, IBAN.replaceAll(' ', ''));
    const { environment, variables } = composeEnvironment(stack);
    world = await createWorld({
      configure: () => fileOf({ lab: { environment, variables } }),
      variables: { ...variables, LOG_LEVEL: 'trace' },
    });
    opened(world.close);
    await world.startBot({ output: (text) => (said += text) });
  }, LAB_MS);
  afterAll(closeAll, STACK_MS);

  const reading = (words: string): Promise<Message> =>
    world.workspace.waitForMessage(
      (message) => world.workspace.readable(message).includes(words),
      PATIENCE_MS,
    );

  const asks = (line: string) => world.workspace.as(PEOPLE.ana).command(CHANNELS.operations, line);

  /** Into the first process's own output, where `docker logs` reads. */
  const logs = (service: 'backend' | 'nginx', lines: readonly string[]) =>
    stack.exec(service, ['sh', '-c', 'printf "%s\\n" "$@" > /proc/1/fd/2', 'sh', ...lines]);

  /** All that has left Paksa: to Slack, to its log, to its database, to its disk. */
  async function everything(): Promise<string> {
    const client = new pg.Client({ connectionString: world.database.url });
    await client.connect();
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const kept: string[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} AS t`);
      kept.push(...rows.map(({ row }) => row));
    }
    await client.end();
    const spool = world.env.PAKSA_SPOOL;
    const files = await readdir(spool, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const file of files)
      if (file.isFile()) kept.push(await readFile(join(file.parentPath, file.name), 'utf8'));
    const { workspace } = world;
    const posted = workspace
      .messages(CHANNELS.operations)
      .flatMap(({ channel, ts }) => workspace.thread(channel, ts));
    const uploaded = await Promise.all(
      posted
        .flatMap(({ files = [] }) => files)
        .map(async ({ url_private }) => {
          const headers = { authorization: `Bearer ${workspace.botToken}` };
          return (await fetch(String(url_private), { headers })).text();
        }),
    );
    return [JSON.stringify(workspace.requests), ...uploaded, said, ...kept].join('\n');
  }

  it('stay where they are, whatever is asked for', { timeout: 300_000 }, async () => {
    const [first = '', ...more] = sayings();
    await stack.recreate('backend', {
      environment: { SMTP_PASSWORD: canary(), STRIPE_KEY: `sk_live_${canary()}` },
    });
    const held = await hold(stack, 1, ['BEGIN', `LOCK TABLE invoices /* ${more.join(' ')} */`]);
    opened(held.release);
    const waiting = await hold(stack, 1, [], `SELECT count(*) FROM invoices /* ${first} */`);
    opened(waiting.release);
    // Whoever waits for a moment is no problem, and is not told of.
    await until(
      async () =>
        (
          await rows(
            stack,
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query_start < now() - interval '12 seconds'`,
          )
        ).length > 0,
      { what: 'somebody to have waited for the lock', within: 60_000 },
    );
    await sql(
      stack,
      `UPDATE customers SET name = name || ${pg.escapeLiteral(` ${CARD} password=${canary()}`)} WHERE id = 1`,
    ).catch(() => undefined);
    await logs(
      'backend',
      sayings().map((each) => `ERROR: 401 invalid signature ${each}`),
    );
    const now = new Date().toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
    await logs(
      'nginx',
      sayings().map(
        (each) =>
          `${now} [error] 7#7: *1 connect() failed (111: Connection refused) while connecting to upstream, client: 10.0.0.9, server: _, request: "GET /books?${each} HTTP/1.1", upstream: "http://10.0.0.3:8000/"`,
      ),
    );
    const spinning = stack.exec('backend', [
      'timeout',
      '120',
      'python3',
      '-c',
      'while True: pass',
      `--password=${canary()}`,
    ]);
    opened(async () => void (await spinning.catch(() => undefined)));
    for (const token of [jwt(), canary()])
      await fetch(`${stack.nginxUrl}/auth/verify?access_token=${token}`, {
        headers: { authorization: `Bearer ${token}` },
      });

    await asks('/paksa diagnose all');
    await reading('INC-1');
    await asks(`/paksa incident INC-1 note seen-in-a-note password=${canary()}`);
    await asks('/paksa audit seen-in-a-note');
    await asks('/paksa postmortem INC-1');
    await expect.poll(everything, { timeout: 60_000, interval: 3_000 }).toContain('# Postmortem: INC-1');

    const left = await everything();
    // It has read the session, the log and the note: what stood beside the secrets came out.
    for (const seen of [
      'paksa-batch (postgres), idle in transaction',
      'tokens with a wrong signature',
      'connection refused',
      'seen-in-a-note',
    ])
      expect(left).toContain(seen);
    const forms = planted.flatMap((secret) => [
      secret,
      Buffer.from(secret).toString('base64'),
      encodeURIComponent(secret),
    ]);
    expect(forms.filter((form) => form !== '' && left.includes(form))).toEqual([]);
  });
});
