/** Whatever the ladder and whatever is known: the pieces cover the time, and agree with every instant within. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Facts, Quiet, UserFact } from '../../src/policy/facts.ts';
import { checkLadder } from '../../src/policy/ladder-check.ts';
import type { Level, Responder } from '../../src/policy/policy.ts';
import { levelReach, reachOver } from '../../src/policy/reach.ts';
import { HOUR, MINUTE } from '../../src/policy/wall-clock.ts';
import { byDay, FORTNIGHT, facts, inTurn, NOON } from './sample-facts.ts';
import { escalation, level } from './sample-incident.ts';

const unknown = fc.constant({ is: 'unknown', why: 'away' } as const);
const quiet: fc.Arbitrary<Quiet> = fc.oneof(
  fc.constant({ is: 'never' } as const),
  unknown,
  fc
    .record({
      start: fc.integer({ min: -40, max: 80 }),
      length: fc.integer({ min: 1, max: 40 }),
      step: fc.constantFrom(30, 37),
    })
    .map(
      ({ start, length, step }) =>
        ({
          is: 'next',
          from: NOON + start * step * MINUTE,
          to: NOON + (start + length) * step * MINUTE,
        }) as const,
    ),
);
const userFact: fc.Arbitrary<UserFact> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      is: fc.constantFrom('active', 'guest'),
      timeZone: fc.constantFrom('UTC', 'Asia/Karachi', 'America/New_York'),
      quiet,
    }),
  },
  fc.constantFrom({ is: 'deactivated' } as const, { is: 'bot' } as const, { is: 'missing' } as const),
  unknown,
);
const responder = fc.constantFrom<Responder>(
  { kind: 'user', id: 'U1' },
  { kind: 'user', id: 'U2' },
  { kind: 'usergroup', id: 'S2' },
  { kind: 'channel', id: 'C3' },
  { kind: 'schedule', id: 'primary' },
);
const aLevel: fc.Arbitrary<Level> = fc
  .record({
    responders: fc.uniqueArray(responder, { maxLength: 3, selector: ({ id }) => id }),
    pagers: fc.constantFrom(undefined, ['slack', 'duty'], ['duty', 'slack'], ['duty']),
  })
  .map(({ responders, pagers }) => level(responders, pagers ? { pagers } : {}));
const someFacts: fc.Arbitrary<Facts> = fc
  .record({
    users: fc.tuple(userFact, userFact, userFact),
    duty: fc.constantFrom(
      { is: 'answering', how: 'fine' } as const,
      { is: 'failing', why: 'away' } as const,
      { is: 'unknown', why: 'busy' } as const,
    ),
    home: fc.constantFrom('joined', 'open', 'archived', 'missing'),
    schedule: fc.constantFrom(inTurn, byDay),
    needs: fc.constantFrom(undefined, 'phone' as const),
  })
  .map(({ users: [one, two, three], duty, home, schedule, needs }) =>
    facts({
      users: new Map([
        ['U1', one],
        ['U2', two],
        ['U3', three],
      ]),
      channels: new Map([
        ['C3', { is: home }],
        ['CHOME', { is: home }],
      ]),
      pagers: new Map([['duty', needs ? { fact: duty, needs } : { fact: duty }]]),
      contacts: new Map([['U1', ['phone']]]),
      schedules: new Map([['primary', schedule]]),
    }),
  );

test('the pieces follow on each other, differ, and are right at every instant', () => {
  fc.assert(
    fc.property(
      aLevel,
      someFacts,
      fc.array(fc.nat({ max: 14 * 24 * 60 - 1 }), { maxLength: 20 }),
      (of, known, minutes) => {
        const pieces = reachOver(of, known, FORTNIGHT);
        expect(pieces[0]?.from).toBe(FORTNIGHT.from);
        expect(pieces.at(-1)?.to).toBe(FORTNIGHT.to);
        for (const [index, piece] of pieces.entries()) {
          const after = pieces[index + 1];
          if (after) expect([after.from, after.reach === piece.reach]).toEqual([piece.to, false]);
        }
        for (const minute of minutes) {
          const at = NOON + minute * MINUTE;
          const within = pieces.find(({ from, to }) => from <= at && at < to);
          expect(within?.reach).toBe(levelReach(of, known, at));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('healthy is said only where every level reaches somebody at every instant, and nothing is unknown', () => {
  fc.assert(
    fc.property(fc.array(aLevel, { minLength: 1, maxLength: 3 }), someFacts, (levels, known) => {
      const { verdict, ignored } = checkLadder(
        { name: 'ladder', escalation: escalation({ levels }) },
        known,
        NOON,
      );
      const reaches = levels.flatMap((each) => reachOver(each, known, FORTNIGHT).map(({ reach }) => reach));
      if (verdict === 'healthy') expect(new Set(reaches)).toEqual(new Set(['reached']));
      if (reaches.includes('nobody') || reaches.includes('silent')) expect(verdict).toBe('problem');
      expect(ignored.endsAfterMs).toBeLessThanOrEqual(24 * HOUR);
    }),
    { numRuns: 25 },
  );
});
