/** What holds whatever happens to an incident, in whatever order: shown on random walks through its life. */
import { describe, expect, test } from 'vitest';
import { isOfAlert } from '../../src/incident/alert.ts';
import type { Effect } from '../../src/incident/event.ts';
import { type Incident, isWorking, takesTwo } from '../../src/incident/incident.ts';
import { transition } from '../../src/incident/transition.ts';
import { onEveryStep, onEveryWalk, timersOf } from './every-walk.ts';
import { pageKeys } from './sample-incident.ts';

test('the walks get everywhere', () => {
  const stages = new Set<string>();
  const places = new Set<string>();
  const refused = new Set<string>();
  const steps = new Set<string>();
  onEveryStep(({ after, moved, happening }) => {
    for (const { stage } of Object.values(after.attempts)) stages.add(stage);
    for (const { kind, state, isOverdue } of after.procedure?.steps ?? [])
      steps.add(`${kind} ${isOverdue && state === 'doing' ? 'overdue' : state}`);
    if (after.procedure?.ended) steps.add(after.procedure.ended.how);
    places.add(`${after.status}, ${after.ladder.state}`);
    if (!moved) refused.add(happening.type);
  });
  expect([...stages].sort()).toEqual(
    [
      ...['previewing', 'awaiting-approval', 'approved', 'running', 'verifying', 'succeeded'],
      ...['undoing', 'undo-running', 'verifying-undo', 'undone'],
      ...['preview-failed', 'withdrawn', 'denied', 'expired', 'failed', 'undo-failed'],
    ].sort(),
  );
  expect([...places].sort()).toEqual(
    [
      ...['open, waiting', 'open, climbing', 'open, exhausted', 'open, stopped'],
      ...['acknowledged, stopped', 'resolved, stopped'],
    ].sort(),
  );
  expect([...steps].sort()).toEqual(
    [
      ...['look', 'fix', 'person'].flatMap((kind) =>
        ['waiting', 'doing', 'overdue', 'done', 'failed', 'skipped', 'left'].map(
          (state) => `${kind} ${state}`,
        ),
      ),
      ...['finished', 'stopped'],
    ].sort(),
  );
  expect(refused.size).toBeGreaterThan(15);
});

describe('versions', () => {
  test('grow by exactly one with each move, and not with a refusal', () => {
    onEveryStep(({ before, after, moved }) => expect(after.version - before.version).toBe(moved ? 1 : 0));
  });

  test('what an incident is, once it has been through the database, decides the same', () => {
    onEveryStep(({ before, happening }) => {
      const reread: typeof before = JSON.parse(JSON.stringify(before));
      expect(transition(reread, happening)).toStrictEqual(transition(before, happening));
    });
  });
});

describe('work', () => {
  test('is never in hand twice', () => {
    onEveryStep(({ after }) =>
      expect(Object.values(after.attempts).filter(isWorking).length).toBeLessThan(2),
    );
  });

  test('is run only by an approval of the round that was previewed, and once', () => {
    onEveryWalk((steps) => {
      const runs = new Set<string>();
      for (const { before, happening, effects } of steps)
        for (const effect of effects) {
          if (effect.do !== 'run') continue;
          const { fix, round } = effect;
          expect(happening).toMatchObject({ type: 'approved', fix, round });
          expect(before.attempts[fix]).toMatchObject({
            stage: 'awaiting-approval',
            round,
            preview: { boundTo: expect.any(String) },
          });
          expect(runs).not.toContain(`${fix} ${round}`);
          runs.add(`${fix} ${round}`);
        }
    });
  });

  test('of high risk is run by two people, or by one who owes a review', () => {
    const ways = new Set<string>();
    onEveryWalk((steps) => {
      for (const { before, after, happening, effects } of steps) {
        const run = effects.find((effect) => effect.do === 'run');
        const attempt = run && before.attempts[run.fix];
        if (!attempt || happening.type !== 'approved' || !takesTwo(before, attempt)) continue;
        if (happening.breakGlass === undefined) {
          expect(attempt.approvedBy).toEqual(expect.any(String));
          expect(attempt.approvedBy).not.toBe(happening.actor);
        } else expect(after.reviews?.at(-1)).toMatchObject({ by: happening.actor, round: attempt.round });
        ways.add(happening.breakGlass === undefined ? 'two' : 'one');
      }
    });
    expect([...ways].sort()).toEqual(['one', 'two']);
  });

  test('that one decided on alone is asked about until somebody else has reviewed it', () => {
    onEveryWalk((steps) => {
      const due = new Map<string, number>();
      for (const { after, effects } of steps) {
        for (const { fix, round, due: at, by, reviewedBy } of after.reviews ?? []) {
          for (const time of timersOf(effects, `review/${fix}`))
            if (time === at) due.set(`${fix} ${round}`, time);
          expect(reviewedBy).not.toBe(by);
          if (reviewedBy === undefined) expect(due.get(`${fix} ${round}`)).toBe(at);
        }
      }
    });
  });

  test('is always owed by somebody: each stage that Paksa has to leave began with a piece of work', () => {
    const OWED: Partial<Record<string, Effect['do']>> = {
      previewing: 'preview',
      approved: 'run',
      verifying: 'verify',
      undoing: 'undo',
      'verifying-undo': 'verify',
    };
    onEveryStep(({ before, after, effects }) => {
      for (const { fix, round, stage } of Object.values(after.attempts)) {
        const owed = OWED[stage];
        const former = before.attempts[fix];
        if (owed === undefined || (former?.stage === stage && former.round === round)) continue;
        expect(effects).toContainEqual({ do: owed, fix, round });
      }
    });
  });

  test('waits for a decision no longer than its timer', () => {
    onEveryWalk((steps) => {
      const due = new Map<string, number>();
      for (const { after, effects } of steps)
        for (const { fix, stage, expiresAt } of Object.values(after.attempts)) {
          for (const time of timersOf(effects, `approval/${fix}`)) due.set(fix, time);
          if (stage === 'awaiting-approval') expect(due.get(fix)).toBe(expiresAt);
        }
    });
  });

  test('never goes back to an earlier round', () => {
    onEveryStep(({ before, after }) => {
      for (const { fix, round } of Object.values(before.attempts))
        expect(after.attempts[fix]?.round).toBeGreaterThanOrEqual(round);
    });
  });
});

describe('what is looked at', () => {
  test('is in the incident, if it is not well', () => {
    onEveryStep(({ happening, after, moved }) => {
      if (happening.type !== 'verified' || !moved) return;
      const seen = happening.findings.filter(({ status }) => status !== 'healthy');
      expect(after.findings).toEqual(expect.arrayContaining(seen));
      const checks = after.findings.map(({ check }) => check);
      expect(new Set(checks).size).toBe(checks.length);
    });
  });

  test('keeps the order that it was found in', () => {
    onEveryStep(({ happening, before, after }) => {
      if (happening.type === 'diagnosed') return;
      // Alerts stand after what the checks saw.
      const order = (of: Incident) =>
        of.findings.filter((each) => !isOfAlert(each)).map(({ check }) => check);
      const known = order(before);
      expect(order(after).slice(0, known.length)).toEqual(known);
    });
  });

  test('does not end what nobody has diagnosed', () => {
    onEveryWalk((steps) => {
      let isDiagnosed = (steps[0]?.before.findings.length ?? 0) > 0;
      for (const { happening, before, after, moved } of steps) {
        isDiagnosed ||= happening.type === 'diagnosed' && moved && happening.findings.length > 0;
        const isOver = after.status === 'resolved' && before.status !== 'resolved';
        if (happening.type === 'verified' && isOver) expect(isDiagnosed).toBe(true);
      }
    });
  });
});

describe('alerts', () => {
  test('keep the incident from being resolved by anybody but people while one fires', () => {
    onEveryStep(({ before, after, happening }) => {
      const isOver = after.status === 'resolved' && before.status !== 'resolved';
      if (isOver && (after.alerts?.firing ?? 0) > 0) expect(happening.type).toBe('resolved');
    });
  });

  test('are findings for as long as they fire, whatever is looked at', () => {
    onEveryStep(({ after }) => {
      const fires = after.alerts?.names.flatMap(({ name, firing }) => (firing > 0 ? [name] : [])) ?? [];
      const problems = after.findings.filter((each) => isOfAlert(each) && each.status === 'problem');
      expect(problems.map(({ check }) => check)).toEqual(fires.map((name) => `alert/${name}`));
    });
  });

  test('have one look at a time: each that begins, begins when none is under way', () => {
    onEveryStep(({ before, after, happening, effects }) => {
      const begins = effects.filter(({ do: what }) => what === 'diagnose').length;
      const ends = happening.type === 'diagnosed' && happening.actor === 'alertmanager';
      expect(begins).toBeLessThanOrEqual(before.alerts?.looking && !ends ? 0 : 1);
      if (begins > 0) expect(after.alerts?.looking).toBe('now');
    });
  });
});

describe('the ladder', () => {
  test('never pages with the same key twice', () => {
    onEveryWalk((steps) => {
      const keys = steps.flatMap(({ effects }) => pageKeys(effects));
      expect(new Set(keys).size).toBe(keys.length);
    });
  });

  test('has nothing due once somebody is at it, or it is over', () => {
    onEveryStep(({ after }) => {
      if (after.status === 'open' && after.ladder.state === 'stopped')
        expect(after.silence?.until).toBeDefined();
      if (after.status === 'open') return;
      expect(after.ladder).not.toHaveProperty('nextAt');
    });
  });

  test('never stalls: while it waits or climbs, the last timer set is the one that it waits for', () => {
    onEveryWalk((steps) => {
      let due: number | undefined;
      for (const { after, effects } of steps) {
        due = timersOf(effects, 'ladder').at(-1) ?? due;
        const { state, nextAt } = after.ladder;
        if (state === 'waiting' || state === 'climbing') expect(nextAt).toBe(due);
        else expect(nextAt).toBeUndefined();
      }
    });
  });

  test('never ends in silence: where it finds nobody left, it says so', () => {
    onEveryStep(({ before, after, effects }) => {
      if (after.ladder.state === 'exhausted' && before.ladder.state !== 'exhausted')
        expect(effects).toContainEqual({
          do: 'tell',
          text: expect.objectContaining({ news: 'exhausted' }),
        });
    });
  });

  test('pages only people of the level that it is at, all of them', () => {
    onEveryStep(({ after, effects }) => {
      const { level, attempt } = after.ladder;
      const there = after.policy.escalation.levels[level - 1]?.responders ?? [];
      const keys = pageKeys(effects).filter((key) => !key.startsWith('0.'));
      if (keys.length > 0) expect(keys).toEqual(there.map(({ id }) => `${level}.${attempt} user/${id}`));
    });
  });
});
