/** Which ladder an incident is given when it opens, and which rules never decide; with the clocks being set. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BusinessHours, isWithin } from '../../src/policy/business-hours.ts';
import {
  chooseLadder,
  type LadderRule,
  type Ladders,
  listLadders,
  ruleInWords,
  unreachableRules,
} from '../../src/policy/choose.ts';
import { escalation, level, user } from './sample-incident.ts';

const OFFICE: BusinessHours = {
  timeZone: 'Europe/Berlin',
  days: ['monday', 'tuesday', 'wednesday', 'thursday', 'friday'],
  from: '09:00',
  to: '17:00',
  except: ['2026-12-25'],
};
const ladder = (id: string) => escalation({ levels: [level([user(id)])] });
const NAMED = new Map([
  ['office', ladder('UOFFICE')],
  ['night', ladder('UNIGHT')],
  ['spare', ladder('USPARE')],
]);
const ladders = (...rules: LadderRule[]): Ladders => ({
  default: ladder('UDEFAULT'),
  named: NAMED,
  rules,
  businessHours: OFFICE,
});
const RULES: readonly LadderRule[] = [
  { topics: ['ssl', 'migrations'], severity: 'warning', ladder: 'default' },
  { hours: 'business', ladder: 'office' },
  { severity: 'critical', ladder: 'night' },
];

describe('the ladder', () => {
  test.each([
    // 30 November 2026 is a Monday; Berlin is one hour ahead of UTC.
    ['critical', 'ssl', '2026-11-30T10:00Z', 'office'],
    ['warning', 'ssl', '2026-11-30T10:00Z', 'default'],
    ['warning', 'migrations', '2026-11-30T02:00Z', 'default'],
    ['warning', 'high-cpu', '2026-11-30T10:00Z', 'office'],
    ['critical', 'high-cpu', '2026-11-30T02:00Z', 'night'],
    ['warning', 'high-cpu', '2026-11-30T02:00Z', 'default'],
    ['critical', 'high-cpu', '2026-11-28T10:00Z', 'night'],
    // A Friday that is a holiday.
    ['critical', 'high-cpu', '2026-12-25T10:00Z', 'night'],
  ] as const)('of a %s of %s at %s is %s', (severity, topic, at, name) => {
    const given = ladders(...RULES);
    const chosen = chooseLadder(given, { severity, topic, at: Date.parse(at) });
    expect(chosen).toEqual(
      name === 'default'
        ? { ...(chosen.name === undefined ? {} : { name }), escalation: given.default }
        : { name, escalation: NAMED.get(name) },
    );
  });

  test('without rules, and where none fits, it is the default', () => {
    const at = Date.parse('2026-11-30T02:00Z');
    const occasion = { severity: 'critical', topic: 'ssl', at } as const;
    expect(chooseLadder(ladders(), occasion)).toEqual({ escalation: ladder('UDEFAULT') });
    expect(chooseLadder(ladders({ hours: 'business', ladder: 'office' }), occasion)).toEqual({
      escalation: ladder('UDEFAULT'),
    });
  });
});

describe('business hours', () => {
  test.each([
    // Clocks go forward on 29 March 2026, and back on 25 October: 09:00 stays 09:00.
    ['2026-03-27T07:59Z', false],
    ['2026-03-27T08:00Z', true],
    ['2026-03-30T06:59Z', false],
    ['2026-03-30T07:00Z', true],
    ['2026-03-30T14:59Z', true],
    ['2026-03-30T15:00Z', false],
    ['2026-10-23T07:00Z', true],
    ['2026-10-26T07:59Z', false],
    ['2026-10-26T08:00Z', true],
  ])('at %s: %s', (at, open) => {
    expect(isWithin(OFFICE, Date.parse(at))).toBe(open);
  });

  const SHIFT: BusinessHours = { ...OFFICE, days: ['saturday'], from: '22:00', to: '06:00', except: [] };
  test.each([
    // Over the night in which the clocks go forward it is an hour shorter, and belongs to the Saturday all the same.
    [SHIFT, '2026-03-28T20:59Z', false],
    [SHIFT, '2026-03-28T21:00Z', true],
    [SHIFT, '2026-03-29T03:59Z', true],
    [SHIFT, '2026-03-29T04:00Z', false],
    [{ ...SHIFT, except: ['2026-03-28'] }, '2026-03-29T03:00Z', false],
    [{ ...SHIFT, except: ['2026-03-29'] }, '2026-03-29T03:00Z', true],
  ])('over midnight %#', (hours, at, open) => {
    expect(isWithin(hours, Date.parse(at))).toBe(open);
  });
});

const anyRule: fc.Arbitrary<LadderRule> = fc.record({
  severity: fc.constantFrom(undefined, 'critical', 'warning'),
  hours: fc.constantFrom(undefined, 'business', 'outside'),
  topics: fc.constantFrom(undefined, ['ssl'], ['ssl', 'high-cpu']),
  ladder: fc.constantFrom('office', 'night', 'default'),
});

describe('a rule that never decides', () => {
  test.each<[string, LadderRule[], number[]]>([
    ['after one that always does', [{ ladder: 'night' }, { severity: 'critical', ladder: 'office' }], [1]],
    [
      'after two that do between them',
      [
        { hours: 'business', ladder: 'office' },
        { hours: 'outside', ladder: 'night' },
        { severity: 'critical', ladder: 'spare' },
      ],
      [2],
    ],
    [
      'that asks for no more than one before it',
      [
        { topics: ['ssl', 'high-cpu'], ladder: 'office' },
        { topics: ['ssl'], severity: 'warning', ladder: 'night' },
      ],
      [1],
    ],
    ['none of these', [...RULES], []],
    ['of no rules', [], []],
  ])('%s', (_, rules, found) => {
    expect(unreachableRules(rules)).toEqual(found);
  });

  test('taken out, changes nothing; any other one does decide', () => {
    fc.assert(
      fc.property(
        fc.array(anyRule, { maxLength: 5 }),
        fc.constantFrom<'critical' | 'warning'>('critical', 'warning'),
        fc.constantFrom('ssl', 'high-cpu', 'migrations'),
        fc.integer({ min: 0, max: 24 * 7 }),
        (rules, severity, topic, hour) => {
          const idle = new Set(unreachableRules(rules));
          const rest = rules.filter((_, index) => !idle.has(index));
          const occasion = { severity, topic, at: Date.parse('2026-11-30T00:30Z') + hour * 3_600_000 };
          expect(chooseLadder(ladders(...rest), occasion)).toEqual(chooseLadder(ladders(...rules), occasion));
          expect(unreachableRules(rest)).toEqual([]);
        },
      ),
    );
  });
});

test('listed: the default first, then those that a rule leads to, each with its rules in words', () => {
  expect(listLadders(ladders(...RULES)).map(({ name, when }) => [name, when])).toEqual([
    ['default', ['warning, topics ssl or migrations']],
    ['office', ['in business hours']],
    ['night', ['critical']],
  ]);
  expect(ruleInWords({ ladder: 'office' })).toBe('always');
});
