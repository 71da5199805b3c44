/** HTTP mode: what Slack signed is worked on once, whatever else arrives at /slack/events is refused and leaves nothing behind. */
import { once } from 'node:events';
import { connect } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signRequest } from '../../sandbox/workspace/delivery/sign-request.ts';
import { CHANNELS, PEOPLE } from '../../sandbox/workspace/people.ts';
import { createWorld, type World } from '../harness/world.ts';
import { brokenAndDiagnosed } from './drive.ts';

const FORM = 'application/x-www-form-urlencoded';
const MINUTE_S = 60;

let world: World;
let database: pg.Client;
let port: number;
beforeAll(async () => {
  world = await createWorld({ http: true });
  ({ port } = await world.startBot());
  database = new pg.Client({ connectionString: world.database.url });
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await world.close();
});

const idsIn = async (table: 'receipt' | 'diagnosis'): Promise<string[]> => {
  const { rows } = await database.query<{ id: string }>(`SELECT id FROM paksa.${table} ORDER BY id`);
  return rows.map(({ id }) => id);
};
const nowS = () => Math.floor(Date.now() / 1000);
const signed = (body: string, at = nowS(), secret = world.signingSecret) => signRequest(secret, body, at);

const post = async (body: string, headers: Record<string, string>, type = FORM): Promise<number> => {
  const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...headers },
  });
  await answer.text();
  return answer.status;
};

/** As Slack sends a slash command; `trigger` tells two of them apart. */
const command = (trigger: string, text = 'diagnose ssl') =>
  new URLSearchParams({
    command: '/paksa',
    text,
    user_id: PEOPLE.ana,
    channel_id: CHANNELS.operations,
    trigger_id: trigger,
  }).toString();

const workedOn = async (): Promise<void> => {
  const left = `SELECT (SELECT count(*) FROM paksa.receipt WHERE done_at IS NULL)
    + (SELECT count(*) FROM paksa.diagnosis WHERE body->>'state' = 'running') AS left`;
  const look = async () => (await database.query<{ left: string }>(left)).rows[0]?.left;
  await expect.poll(look).toBe('0');
};

test('the whole way: from a signed command to the incident’s card', async () => {
  const card = await brokenAndDiagnosed(world);
  expect(world.workspace.readable(card)).toContain('expired on');
});

test('the same signed bytes sent twice are one request', async () => {
  const before = await idsIn('diagnosis');
  const body = command('replayed');
  const headers = signed(body);
  expect(await Promise.all([post(body, headers), post(body, headers)])).toEqual([200, 200]);
  await workedOn();
  expect(await post(body, headers)).toBe(200);
  await workedOn();
  expect(await idsIn('diagnosis')).toHaveLength(before.length + 1);
});

test('an event that Slack sends again under a new signature is one event', async () => {
  const before = await idsIn('receipt');
  const event = {
    type: 'app_mention',
    user: PEOPLE.ana,
    channel: CHANNELS.operations,
    text: 'help',
    ts: '1.1',
  };
  const body = JSON.stringify({ type: 'event_callback', event_id: 'Ev0SAME', event });
  expect(await post(body, signed(body), 'application/json')).toBe(200);
  const retry = { ...signed(body, nowS() - MINUTE_S), 'x-slack-retry-num': '1' };
  expect(await post(body, retry, 'application/json')).toBe(200);
  await workedOn();
  expect(await idsIn('receipt')).toHaveLength(before.length + 1);
});

test('a character that PostgreSQL does not store is no reason to leave a command unanswered', async () => {
  const body = command('nul', 'diagnose ssl\u0000');
  expect(await post(body, signed(body))).toBe(200);
});

describe('refused, and nothing is kept of it', () => {
  let before: string[];
  beforeEach(async () => {
    before = await idsIn('receipt');
  });
  const expectRefused = async (status: number, expected: number) => {
    expect(status).toBe(expected);
    expect(await idsIn('receipt')).toEqual(before);
  };
  const body = command('refused');

  test.each([
    ['made with another secret', () => signed(body, nowS(), 'another-secret')],
    ['of another body', () => signed(`${body}&text=status`)],
    ['of another time', () => ({ ...signed(body), 'x-slack-request-timestamp': String(nowS() - 1) })],
    ['of zeros', () => ({ ...signed(body), 'x-slack-signature': `v0=${'0'.repeat(64)}` })],
    ['that is too short', () => ({ ...signed(body), 'x-slack-signature': 'v0=00' })],
    ['of another version', () => v1(signed(body))],
    ['that is empty', () => ({ ...signed(body), 'x-slack-signature': '' })],
  ])('a signature %s', async (_, headers) => {
    await expectRefused(await post(body, headers()), 401);
  });

  test.each([
    ['ten minutes ahead', 10 * MINUTE_S],
    ['a little more than five minutes ahead', 5 * MINUTE_S + 5],
    ['a little more than five minutes old', -(5 * MINUTE_S + 2)],
    ['an hour old', -60 * MINUTE_S],
  ])('a correct signature %s', async (_, off) => {
    await expectRefused(await post(body, signed(body, nowS() + off)), 401);
  });

  test.each(['', 'now', '-1', '1e9', `${nowS()}.5`, '9'.repeat(20)])('the time stamp %j', async (stamp) => {
    const headers = { ...signed(body), 'x-slack-request-timestamp': stamp };
    await expectRefused(await post(body, headers), 401);
  });

  test.each(['x-slack-signature', 'x-slack-request-timestamp'])('without %s', async (name) => {
    const { [name]: _, ...headers } = signed(body);
    await expectRefused(await post(body, headers), 401);
  });

  test('a body without its end', async () => {
    await expectRefused(await post(body.slice(0, -5), signed(body)), 401);
  });

  test('a body that is announced and never comes', async () => {
    const headers = Object.entries(signed(body)).map(([name, value]) => `${name}: ${value}`);
    const socket = connect(port, '127.0.0.1');
    const length = `content-length: ${body.length}`;
    socket.write(
      ['POST /slack/events HTTP/1.1', 'host: paksa', length, ...headers, '', body.slice(0, 9)].join('\r\n'),
    );
    await once(socket, 'connect');
    socket.resume().end();
    await once(socket, 'close');
    expect(await idsIn('receipt')).toEqual(before);
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  });

  test.each([1_000_001, 5_000_000])('%d bytes, correctly signed', async (bytes) => {
    const huge = `${body}&padding=`.padEnd(bytes, 'x');
    await expectRefused(await post(huge, signed(huge)), 413);
  });

  test.each(['text/plain', 'multipart/form-data; boundary=x', 'application/xml', 'application/jsonp'])(
    'the content type %s, correctly signed',
    async (type) => {
      await expectRefused(await post(body, signed(body), type), 415);
    },
  );

  test.each([
    ['application/json', body],
    ['application/json', '[]'],
    ['application/json', 'null'],
    ['application/json', ''],
    [FORM, 'payload={'],
    [FORM, 'payload=7'],
    [FORM, ''],
  ])('%s that cannot be read, correctly signed: %j', async (type, unreadable) => {
    await expectRefused(await post(unreadable, signed(unreadable), type), 400);
  });

  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    const answer = await fetch(`http://127.0.0.1:${port}/slack/events`, { method, headers: signed('') });
    await expectRefused(answer.status, 405);
    expect(answer.headers.get('allow')).toBe('POST');
  });

  test('a challenge that is not signed', async () => {
    const challenge = JSON.stringify({ type: 'url_verification', challenge: 'x', token: '' });
    await expectRefused(await post(challenge, {}, 'application/json'), 401);
  });
});

test('Slack’s challenge to the address is answered, and leaves nothing to work on', async () => {
  const before = await idsIn('receipt');
  expect(await world.workspace.verifyUrl()).toBe(true);
  expect(await idsIn('receipt')).toEqual(before);
});

describe('for who watches over it', () => {
  test.each([
    ['/healthz', 200, { status: 'ok' }],
    ['/readyz', 200, { status: 'ready', waitingFor: [] }],
    ['/healthz?from=a-probe', 200, { status: 'ok' }],
    ['/slack', 404, { error: 'not found' }],
    ['/', 404, { error: 'not found' }],
    ['//', 404, { error: 'not found' }],
  ])('%s answers %d', async (path, status, body) => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual(body);
  });
});

function v1(headers: Record<string, string>): Record<string, string> {
  return { ...headers, 'x-slack-signature': `${headers['x-slack-signature']}`.replace('v0', 'v1') };
}
