/** What a silence does to an incident: when it begins, while it lasts, when it ends; and what is never silenced. */
import { describe, expect, test } from 'vitest';
import { timersOf } from '../../src/incident/due.ts';
import type { Effect, IncidentEvent } from '../../src/incident/event.ts';
import type { Incident } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import type { Period } from '../../src/policy/silence.ts';
import { onEveryStep } from './every-walk.ts';
import { at, follow, incident, MINUTE, OPENED, pageKeys, trying } from './sample-incident.ts';
import { emergency, TELL } from './sample-procedure.ts';

const BEGINS = OPENED + 10 * MINUTE;
const ENDS = OPENED + 60 * MINUTE;
const period = (of: Partial<Period> = {}): Period => ({
  id: 'silence/1',
  from: BEGINS,
  to: ENDS,
  reason: 'upgrade',
  by: 'U9',
  ...of,
});
const seen = (...periods: readonly Period[]): IncidentEvent => ({ type: 'silences-seen', periods });
const LADDER: IncidentEvent = { type: 'timer-due', timer: 'ladder', due: OPENED + 5 * MINUTE };
const DROPPED: IncidentEvent = {
  type: 'page-dropped',
  page: { level: 1, attempt: 1, responder: 'user/U1' },
};
const news = (effects: readonly Effect[]) =>
  effects.flatMap((effect) => (effect.do === 'tell' ? [effect.text] : []));

/** Level 1 has been paged, and a silence is known to begin. */
const paged = (...periods: readonly Period[]): Incident =>
  follow(
    incident(),
    at(seen(...(periods.length === 0 ? [period()] : periods))),
    at(LADDER, OPENED + 5 * MINUTE),
  ).next;
/** The silence has begun. */
const silenced = (...periods: readonly Period[]): Incident => {
  const before = paged(...periods);
  return follow(before, at(seen(...(before.silence?.periods ?? [])), BEGINS)).next;
};

describe('a silence that is coming', () => {
  test('is waited for beside the ladder, and changes nothing yet', () => {
    const { next, effects } = follow(incident(), at(seen(period())));
    expect(effects).toEqual([{ do: 'set-timer', timer: 'silence', due: BEGINS }]);
    expect(timersOf(next).map(({ timer }) => timer)).toEqual(['ladder', 'silence']);
    expect(next.ladder.state).toBe('waiting');
  });

  test('said again changes nothing', () => {
    const { next } = follow(incident(), at(seen(period())));
    expect(transition(next, at(seen(period())))).toMatchObject({ moved: false });
  });

  test('stops the ladder when it begins, says so, and waits for its end', () => {
    const { next, effects } = follow(paged(), at(seen(period()), BEGINS));
    expect(next).toMatchObject({
      status: 'open',
      ladder: { state: 'stopped', level: 1 },
      silence: { until: ENDS, nextAt: ENDS },
    });
    expect(next.ladder).not.toHaveProperty('nextAt');
    expect(effects).toEqual([
      { do: 'tell', text: { news: 'silenced', until: ENDS, reason: 'upgrade', by: 'U9' } },
      { do: 'set-timer', timer: 'silence', due: ENDS },
    ]);
  });

  test('stops it also where the ladder’s timer comes first: nobody is paged', () => {
    const due = OPENED + 15 * MINUTE;
    const { next, effects } = follow(paged(), at({ type: 'timer-due', timer: 'ladder', due }, due));
    expect(pageKeys(effects)).toEqual([]);
    expect(next.ladder.state).toBe('stopped');
    // It is looked up all the same: its own timer is due still.
    expect(timersOf(next)).toEqual([{ timer: 'silence', due: BEGINS }]);
  });
});

describe('while it lasts', () => {
  test('an incident that opens is quiet from the beginning', () => {
    const silence = { periods: [period({ from: OPENED })], lifted: [], nextAt: ENDS };
    const opened = at({ type: 'opened', severity: 'critical', findings: [] }, OPENED);
    const { next, effects } = follow(incident({ version: 0, silence }), opened);
    expect(next).toMatchObject({ status: 'open', ladder: { state: 'stopped' }, silence: { until: ENDS } });
    expect(news(effects)).toMatchObject([{ news: 'silenced' }]);
    expect(effects).toContainEqual({ do: 'set-timer', timer: 'silence', due: ENDS });
  });

  test('what would have called more people is told, and they are not', () => {
    const quiet = { ...trying('running'), silence: silenced().silence, ladder: silenced().ladder };
    const failed = at({ type: 'failed', fix: 'renew', round: 2, reason: 'gone' }, BEGINS + MINUTE);
    const { next, effects } = follow(quiet as Incident, failed);
    expect(effects).toEqual([
      { do: 'tell', text: { news: 'kept-quiet', why: 'A fix failed.', until: ENDS } },
    ]);
    expect(next.ladder.state).toBe('stopped');
  });

  test('a page that has not gone out does not any more, and that is told', () => {
    expect(transition(paged(), at(DROPPED, BEGINS - 1))).toMatchObject({ moved: false });
    const { effects } = follow(paged(), at(DROPPED, BEGINS));
    expect(news(effects)).toMatchObject([{ news: 'kept-quiet' }, { news: 'silenced' }]);
  });

  test('somebody who asks for more people gets them, and the ladder goes on from there', () => {
    const { next, effects } = follow(silenced(), at({ type: 'escalated' }, BEGINS + MINUTE));
    expect(pageKeys(effects)).toEqual(['2.1 user/U2', '2.1 usergroup/S2']);
    expect(news(effects)).toMatchObject([{ news: 'climbed' }, { news: 'silence-over', isEarly: true }]);
    expect(next).toMatchObject({ ladder: { state: 'climbing', nextAt: BEGINS + 11 * MINUTE } });
    const again = follow(
      next,
      at({ ...LADDER, due: BEGINS + 11 * MINUTE } as IncidentEvent, BEGINS + 11 * MINUTE),
    );
    expect(pageKeys(again.effects)).toEqual(['3.1 channel/C3']);
    // Looked up once more, it stays lifted; another one counts.
    const later = BEGINS + 12 * MINUTE;
    expect(transition(again.next, at(seen(period()), later))).toMatchObject({ moved: false });
    const other = follow(again.next, at(seen(period(), period({ id: 'silence/2' })), later));
    expect(other.next.ladder.state).toBe('stopped');
  });

  test('an emergency that is declared is not silenced, then and later', () => {
    const declared: IncidentEvent = { type: 'procedure-started', plan: emergency(TELL), fixes: [] };
    const { next, effects } = follow(silenced(), at(declared, BEGINS + MINUTE));
    expect(pageKeys(effects)).toEqual(['1.2 user/U1']);
    const later = follow(next, at(seen(period({ id: 'silence/2' })), BEGINS + 2 * MINUTE)).next;
    expect(later.ladder.state).toBe('climbing');
  });

  test('somebody who acknowledges it is at it; its end then wakes nobody', () => {
    const { next } = follow(silenced(), at({ type: 'acknowledged' }, BEGINS + MINUTE));
    const over = follow(next, at(seen(), ENDS));
    expect(over.next).toMatchObject({ status: 'acknowledged', ladder: { state: 'stopped' } });
    expect(over.effects).toEqual([]);
  });

  test('a second one that begins before it ends goes on from it without a word', () => {
    const periods = [period(), period({ id: 'silence/2', from: ENDS - MINUTE, to: ENDS + 9 * MINUTE })];
    const { next, effects } = follow(silenced(...periods), at(seen(...periods.slice(1)), ENDS));
    expect(next).toMatchObject({ ladder: { state: 'stopped' }, silence: { until: ENDS + 9 * MINUTE } });
    expect(news(effects)).toEqual([]);
  });
});

describe('when it is over', () => {
  test('the ladder is armed again, from its first level, and says so', () => {
    const { next, effects } = follow(silenced(), at(seen(), ENDS));
    const due = ENDS + 5 * MINUTE;
    expect(next.ladder).toMatchObject({ state: 'waiting', level: 0, nextAt: due, paged: { 1: 1 } });
    expect(effects).toEqual([
      { do: 'tell', text: { news: 'silence-over', isEarly: false, nextAt: due } },
      { do: 'set-timer', timer: 'ladder', due },
    ]);
    expect(timersOf(next).map(({ timer }) => timer)).toEqual(['ladder']);
  });

  test('also where somebody ended it early, or other labels fire', () => {
    const { next, effects } = follow(silenced(), at(seen(), BEGINS + MINUTE));
    expect(news(effects)).toMatchObject([{ news: 'silence-over', isEarly: true }]);
    // What does not fit any more does not come back.
    expect(follow(next, at(seen(period()), BEGINS + 2 * MINUTE)).next.ladder.state).toBe('waiting');
  });

  test('a window that comes again stops it again', () => {
    const tomorrow = period({ id: 'window/w/2', from: ENDS + 60 * MINUTE, to: ENDS + 90 * MINUTE });
    const { next } = follow(silenced(), at(seen(tomorrow), ENDS));
    expect(next.silence).toMatchObject({ nextAt: tomorrow.from });
    expect(follow(next, at(seen(tomorrow), tomorrow.from)).next.ladder.state).toBe('stopped');
  });
});

describe('whatever happens', () => {
  const inForce = ({ silence, procedure }: Incident, now: number): boolean =>
    !procedure?.emergency &&
    (silence?.periods ?? []).some(
      ({ id, from, to }) => from <= now && now < to && !silence?.lifted.some((lifted) => lifted.id === id),
    );

  test('nobody is paged for what is silenced at that moment', () => {
    onEveryStep(({ after, effects, happening }) => {
      if (inForce(after, happening.at)) expect(pageKeys(effects)).toEqual([]);
    });
  });

  test('an open incident’s ladder rests for as long as one is in force, and no longer', () => {
    onEveryStep(({ after, moved, happening }) => {
      if (!moved || after.status === 'resolved') return;
      const isQuiet = inForce(after, happening.at);
      expect(after.silence?.until !== undefined).toBe(isQuiet);
      if (after.status === 'open')
        expect(after.ladder.state === 'stopped').toBe(isQuiet && after.ladder.state !== 'exhausted');
    });
  });
});
