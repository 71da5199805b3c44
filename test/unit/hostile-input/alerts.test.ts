/** Whatever monitoring sends, it is alerts with every field in its place, or refused with what is wrong. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAYLOADS } from '../../../src/http/alert-payloads.ts';
import { ALERT_SOURCES } from '../../../src/incident/alert.ts';
import { hostileText } from '../views/hostile.ts';
import { LONG } from './pieces.ts';

describe('what monitoring sends', () => {
  const label = fc.oneof(fc.constantFrom('alertname', 'severity', '__proto__', 'constructor'), hostileText);
  const anything = fc.oneof(
    fc.jsonValue({ maxDepth: 3 }),
    hostileText,
    fc.constantFrom(null, Number.POSITIVE_INFINITY, -0, {}, []),
  );
  /** Mostly what it should be, with something else in one place or another. */
  const field = <Value>(right: fc.Arbitrary<Value>): fc.Arbitrary<unknown> =>
    fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: anything });
  const alert = fc.record(
    {
      status: field(fc.constantFrom('firing', 'resolved')),
      name: field(hostileText),
      labels: field(fc.dictionary(label, field(hostileText), { maxKeys: 4 })),
      annotations: field(fc.dictionary(label, field(hostileText), { maxKeys: 2 })),
      startsAt: field(
        fc.constantFrom('2026-01-31T12:00:00Z', '0001-01-01T00:00:00Z', '2026-13-99T99:99:99Z'),
      ),
      endsAt: field(fc.constantFrom('2026-01-31T12:00:00Z', '9999-12-31T23:59:59+14:00')),
      fingerprint: field(hostileText),
      generatorURL: field(fc.constantFrom('https://x.example/', 'javascript:alert(1)', 'https://a|b>c')),
    },
    { requiredKeys: [] },
  );
  const body = field(
    fc.record(
      { version: field(fc.constant('4')), alerts: field(fc.array(alert, { maxLength: 3 })), state: anything },
      { requiredKeys: ['alerts'] },
    ),
  );

  test.each(ALERT_SOURCES)('%s: alerts with every field in its place, or what is wrong', LONG, (source) => {
    fc.assert(
      fc.property(body, (sent) => {
        const { data, error } = PAYLOADS[source].safeParse(sent);
        if (error) expect(error.issues.length).toBeGreaterThan(0);
        for (const each of data?.alerts ?? []) {
          expect(['firing', 'resolved']).toContain(each.status);
          for (const text of [...Object.values(each.labels), each.name, each.fingerprint])
            expect(typeof text).toBe('string');
          expect(each.fingerprint.length).toBeLessThanOrEqual(500);
          if (each.link !== undefined) expect(each.link).toMatch(/^https?:\/\//);
          for (const at of [each.startsAt, each.endsAt])
            expect(at === undefined || Number.isFinite(at)).toBe(true);
        }
      }),
      { numRuns: 4_000 },
    );
  });
});
