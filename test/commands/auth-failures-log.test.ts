/** What the refusals in the backend's log come to, for the topic `auth-failures`. How they are read: auth-failures-refusals.test.ts. */
import { describe, expect, test } from 'vitest';
import { authFailures } from '../../commands/auth-failures.ts';
import type { LogLine } from '../../src/adapters/runtime/port.ts';
import type { Given } from './context.ts';
import { topic } from './emergencies/samples.ts';
import { line, tail } from './sample-system.ts';
import { type Case, healthy, problem, warning } from './topic.ts';

const { look } = topic(authFailures);

describe.each([
  ['container-log', 'docker', 'restart-backend'],
  ['pod-log', 'kubernetes', 'rollout-restart'],
] as const)('%s', (id, platform, restart) => {
  const logged = (...lines: LogLine[]): Given => ({ [platform]: { logs: async () => tail(...lines) } });
  const times = (n: number, text: string, minutes = 1) =>
    Array.from({ length: n }, () => line(text, minutes));
  const FORGED = 'WARNING auth: 401 signature verification failed';
  const EXPIRED = 'WARNING auth: 401 token expired';
  const REFUSED = 'INFO:     10.0.0.9:5 - "GET /auth/verify HTTP/1.1" 401 Unauthorized';
  test.each([
    [
      'nothing',
      logged(line('INFO:     10.0.0.9:5 - "GET /health HTTP/1.1" 200 OK')),
      healthy('none in 15 min'),
    ],
    [
      'expired tokens, as every day',
      logged(...times(12, EXPIRED)),
      healthy('12 refusals in 15 min, as on any day'),
    ],
    [
      'expired tokens, told twice',
      logged(...times(20, EXPIRED), ...times(20, REFUSED)),
      healthy('20 refusals in 15 min, as on any day'),
    ],
    ['two wrong signatures', logged(...times(2, FORGED)), healthy('2 refusals in 15 min, as on any day')],
    [
      'several wrong signatures',
      logged(...times(3, FORGED, 9), ...times(9, FORGED, 2)),
      warning(
        '12 tokens with a wrong signature in 15 min, the last 2 min ago: a secret has changed, or somebody tries forged ones',
        [restart],
      ),
    ],
    [
      'nobody’s signature is good',
      logged(...times(30, FORGED)),
      problem(expect.stringMatching(/^30 tokens/), [restart]),
    ],
    [
      'many at once',
      logged(...times(31, REFUSED), ...times(31, EXPIRED)),
      warning('31 refusals in one minute (11:59Z), mostly: expired token'),
    ],
    [
      'a secret that was mended',
      logged(...times(40, FORGED, 9), ...times(2, EXPIRED, 1)),
      healthy('42 refusals in 15 min, none like those of before for 3 min'),
    ],
    [
      'many at once, a while ago',
      logged(...times(31, REFUSED, 9)),
      healthy('31 refusals in 15 min, none like those of before for 3 min'),
    ],
  ] as readonly Case[])('%s', async (_, given, verdict) => {
    expect(await look(id, given)).toMatchObject(verdict);
  });

  test('tells the reasons, minute by minute, and whether older lines are left out', async () => {
    const lines = [...times(2, EXPIRED, 8), ...times(3, 'WARNING auth: 401 missing token', 7)];
    const given: Given = { [platform]: { logs: async () => ({ lines, truncated: true }) } };
    // Cut off, it goes back no further than its oldest line.
    expect(await look(id, given)).toMatchObject(healthy('5 refusals in the last 8 min, as on any day'));
    expect((await look(id, given)).evidence).toEqual({
      reasons: ['3× no token, the last 7 min ago', '2× expired token, the last 8 min ago'],
      'by minute': ['11:52Z 2', '11:53Z 3'],
      'older lines': 'left out, there are too many',
    });
  });

  test('asks for the backend’s last quarter of an hour', async () => {
    const asked: unknown[] = [];
    const logs = async (...[service, request]: [string, unknown, AbortSignal]) => {
      asked.push([service, request]);
      return tail();
    };
    await look(id, { [platform]: { logs } });
    expect(asked).toEqual([['backend', { sinceSeconds: 900, maxLines: 20_000 }]]);
  });
});
