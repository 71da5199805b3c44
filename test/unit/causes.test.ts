/** Which of several problems is probably the cause of the others. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { probableCauses, type Troubled } from '../../src/runbook/causes.ts';

const topics = (explains: Record<string, readonly string[]>) =>
  new Map(Object.entries(explains).map(([topic, others]) => [topic, { explains: others }]));

const SYSTEM = topics({
  database: ['queries', 'api'],
  queries: ['api', 'cpu'],
  api: [],
  cpu: ['api', 'queries'],
  ssl: [],
});

const as = (severity: Troubled['severity'], ...names: readonly string[]): Troubled[] =>
  names.map((topic) => ({ topic, severity }));

describe('the cause', () => {
  test.each([
    [['ssl'], ['ssl'], {}],
    [['api', 'database'], ['database'], { api: ['database'] }],
    [['api', 'queries', 'database'], ['database'], { api: ['database'], queries: ['database'] }],
    [['api', 'ssl', 'database'], ['ssl', 'database'], { api: ['database'] }],
    // By way of a topic that is well, nothing is explained.
    [['database', 'cpu'], ['database', 'cpu'], {}],
    [['database', 'queries', 'cpu'], ['database'], { queries: ['database'], cpu: ['database'] }],
    // Two that explain each other: the first.
    [['cpu', 'queries'], ['cpu'], { queries: ['cpu'] }],
    [['queries', 'cpu', 'api'], ['queries'], { cpu: ['queries'], api: ['queries'] }],
    [[], [], {}],
  ])('of %j is %j', (troubled, causes, explainedBy) => {
    expect(probableCauses(as('warning', ...troubled), SYSTEM)).toEqual({ causes, explainedBy });
    expect(probableCauses(as('critical', ...troubled), SYSTEM)).toEqual({ causes, explainedBy });
  });

  test('is no lesser problem than what it explains', () => {
    const api = as('critical', 'api');
    expect(probableCauses([...api, ...as('warning', 'database')], SYSTEM)).toEqual({
      causes: ['api', 'database'],
      explainedBy: {},
    });
    // By way of a lesser one, a grave problem explains another.
    const between = [...as('critical', 'database', 'api'), ...as('warning', 'queries')];
    expect(probableCauses(between, SYSTEM)).toEqual({
      causes: ['database'],
      explainedBy: { api: ['database'], queries: ['database'] },
    });
  });

  test('is always there, and whatever is explained is explained by a cause', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const graph = fc.record(
      Object.fromEntries(names.map((name) => [name, fc.uniqueArray(fc.constantFrom(...names))])),
    );
    fc.assert(
      fc.property(
        graph,
        fc.uniqueArray(
          fc.record({
            topic: fc.constantFrom(...names),
            severity: fc.constantFrom('critical' as const, 'warning' as const),
          }),
          { minLength: 1, selector: ({ topic }) => topic },
        ),
        (explains, troubled) => {
          const { causes, explainedBy } = probableCauses(troubled, topics(explains));
          expect(causes.length).toBeGreaterThan(0);
          expect([...causes, ...Object.keys(explainedBy)].toSorted()).toEqual(
            troubled.map(({ topic }) => topic).toSorted(),
          );
          for (const by of Object.values(explainedBy)) expect(by.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
