/** The lab's report is a function of its results: every miss, alarm and failure is written out and counted. */
import { describe, expect, test } from 'vitest';
import { countsOf, isClean, type Report, type Run } from '../lab/report-counts.ts';
import { reportPage } from '../lab/report-table.ts';
import type { Outcome, Result } from '../lab/trial.ts';

const YES: Outcome = { is: 'yes' };

const result = (changes: Partial<Result> = {}): Result => ({
  fault: 'redis-stopped',
  topic: 'auth-failures',
  what: 'the container of Redis is stopped',
  found: true,
  misses: [],
  falseAlarms: [],
  consequences: [],
  unseenIn: [],
  busyMachine: [],
  fixed: YES,
  undone: YES,
  climbed: YES,
  seconds: { look: 1.234, fix: 5.678 },
  ...changes,
});

const run = (changes: Partial<Run> = {}): Run => ({
  on: 'docker-compose',
  healthy: { falseAlarms: [], busyMachine: [] },
  results: [result()],
  ...changes,
});

const report = (...runs: readonly Run[]): Report => ({
  cores: 2,
  versions: { Docker: '20.10.24', Redis: '7.0.15' },
  runs,
});

const missed = result({ fault: 'tokens', found: false, misses: ['token: is good'] });
const unfixed = result({
  fault: 'full',
  fixed: { is: 'no', why: 'still full' },
  undone: { is: 'n/a', why: 'not fixed' },
});
const byHand = result({
  fault: 'orphans',
  topic: 'data-corruption',
  fixed: { is: 'n/a', why: 'a person decides' },
  undone: { is: 'n/a', why: 'a person decides' },
  climbed: { is: 'n/a', why: 'a person decides' },
});

/** The lines of a section. */
function section(page: string, title: string): string[] {
  const lines = page.split('\n');
  const rest = lines.slice(lines.indexOf(`## ${title}`) + 1);
  const end = rest.findIndex((line) => line.startsWith('## '));
  return (end < 0 ? rest : rest.slice(0, end)).filter((line) => line !== '');
}

describe('counts', () => {
  test('what was not tried is neither a success nor a failure', () => {
    expect(countsOf([run({ results: [result(), missed, unfixed, byHand] })])).toEqual({
      faults: 4,
      topics: 2,
      found: 3,
      missed: 1,
      looks: 5,
      falseAlarms: 0,
      busyMachine: 0,
      fixed: { did: 2, tried: 3 },
      undone: { did: 2, tried: 2 },
      climbed: { did: 3, tried: 3 },
    });
  });

  test('a look at a healthy system counts, and so do its alarms', () => {
    const alarmed = run({ healthy: { falseAlarms: ['ssl/chain: is broken'], busyMachine: [] } });
    expect(countsOf([run(), alarmed])).toMatchObject({ looks: 4, falseAlarms: 1 });
  });

  test.each([
    ['all went well', run(), true],
    ['what a person decides is no failure', run({ results: [byHand] }), true],
    ['the machine’s load is none of the system’s', run({ results: [result({ busyMachine: ['x'] })] }), true],
    ['a miss', run({ results: [missed] }), false],
    ['a false alarm', run({ results: [result({ falseAlarms: ['x'] })] }), false],
    ['an alarm of nothing', run({ healthy: { falseAlarms: ['x'], busyMachine: [] } }), false],
    ['a fix that did not help', run({ results: [unfixed] }), false],
    ['nobody paged', run({ results: [result({ climbed: { is: 'no', why: 'nobody' } })] }), false],
  ])('clean: %s', (_, one, clean) => {
    expect(isClean(report(run(), one))).toBe(clean);
  });
});

describe('the page', () => {
  test('has a row a fault, by topic, with where and how long', () => {
    const page = reportPage(report(run({ results: [byHand] }), run({ on: 'Kubernetes' })));
    const rows = page.split('\n').filter((line) => line.includes('`: '));
    expect(rows.slice(0, 2)).toEqual([
      '| auth-failures | `redis-stopped`: the container of Redis is stopped | Kubernetes | yes | yes | yes | yes | 1.2 | 5.7 |',
      '| data-corruption | `orphans`: the container of Redis is stopped | docker-compose | yes | – | – | – | 1.2 | – |',
    ]);
  });

  test('names the machine by its cores, and what ran on it by its versions', () => {
    expect(reportPage(report(run()))).toContain('Measured on 2 cores, with Docker 20.10.24, Redis 7.0.15.');
  });

  test('writes out what was missed, what did not work, and what was not tried', () => {
    const page = reportPage(report(run({ results: [missed, unfixed, byHand] })));
    expect(section(page, 'Misses')).toEqual(['- `tokens` (docker-compose): token: is good']);
    expect(section(page, 'What did not work')).toEqual(['- `full` (docker-compose): fixed: still full']);
    expect(section(page, 'Not tried, and why')).toEqual([
      '- `full` (docker-compose): undone: not fixed',
      '- `orphans` (docker-compose): no fix: a person decides',
    ]);
  });

  test('writes out how a fault showed elsewhere, and where it was expected to and did not', () => {
    const shown = result({ consequences: ['slow-api/timing: 3 s'], unseenIn: ['ssl', 'migrations'] });
    const page = reportPage(report(run({ results: [shown] })));
    expect(section(page, 'False alarms')).toEqual(['None.']);
    expect(section(page, 'How it showed in other topics')).toEqual([
      '- `redis-stopped` (docker-compose): slow-api/timing: 3 s',
    ]);
    expect(section(page, 'Where it was expected to show, and did not')).toEqual([
      '- `redis-stopped` (docker-compose): ssl, migrations',
    ]);
  });

  test('tells the machine’s load apart from false alarms', () => {
    const healthy = { falseAlarms: ['ssl/chain: is broken'], busyMachine: [] };
    const busy = result({ busyMachine: ['high-cpu/container-load: 9 on 2 cores'] });
    const page = reportPage(report(run({ healthy, results: [busy] })));
    expect(section(page, 'False alarms')).toEqual([
      '- nothing broken (docker-compose): ssl/chain: is broken',
    ]);
    expect(section(page, 'The machine’s own load').slice(1)).toEqual([
      '- `redis-stopped` (docker-compose): high-cpu/container-load: 9 on 2 cores',
    ]);
  });

  test('says that there is nothing to say', () => {
    expect(section(reportPage(report(run())), 'Misses')).toEqual(['None.']);
  });

  test('what a check said cannot end a cell or a line', () => {
    const page = reportPage(report(run({ results: [result({ what: 'a | b\nc' })] })));
    expect(page).toContain('`redis-stopped`: a \\| b c |');
  });
});
