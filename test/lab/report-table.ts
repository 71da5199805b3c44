/** What was found, fixed and missed, as the page docs/lab-report.md: results in, Markdown out. */
import { countsOf, type Report, type Run } from './report-counts.ts';
import type { Outcome, Result } from './trial.ts';

export function reportPage({ cores, versions, runs, unusedRights }: Report): string {
  const sections: readonly (readonly [string, readonly string[]])[] = [
    ['Misses', misses(runs)],
    ['False alarms', falseAlarms(runs)],
    ['What did not work', failures(runs)],
    ['How it showed in other topics', consequences(runs)],
    ['Where it was expected to show, and did not', unseen(runs)],
    ['Not tried, and why', notTried(runs)],
    ['The machine’s own load', busyMachine(runs)],
    ...(unusedRights
      ? [['Rights of deploy/rbac.yaml that nothing here has needed', unusedRights] as const]
      : []),
  ];
  return [
    '# What Paksa finds in the lab',
    '',
    ...INTRODUCTION,
    '',
    ...countsTable(runs),
    '',
    `Measured on ${cores} cores, with ${Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}.`,
    '',
    ...table(runs),
    '',
    ...LEGEND,
    ...sections.flatMap(([title, lines]) => [
      '',
      `## ${title}`,
      '',
      ...(lines.length === 0 ? ['None.'] : lines.map((line) => `- ${line}`)),
    ]),
    '',
  ].join('\n');
}

const INTRODUCTION = [
  'Written by `npm run lab -- --report`. Three healthy systems, two under docker-compose (one for certbot) and one in a cluster, are',
  'looked at, and then broken in one way at a time. Each time everything is looked at (every topic at once), the fix is',
  'previewed, approved, run and verified; what its preview promised is looked up in the system itself; undone, the fault has to',
  'be seen again. Then the fix is made to fail, by bringing the fault back behind its back: the verification has to notice, and',
  'the ladder’s next level has to be paged.',
];

const LEGEND = [
  '*Look*: seconds from asking to what is wrong, all topics. *Fix*: seconds from the request to the verified fix, its undo',
  'included. *Undone*: taken back, and seen to be. *Climbed*: made to fail, it was called failed, and somebody was paged.',
  'A dash was not tried; why is below.',
];

function countsTable(runs: readonly Run[]): string[] {
  const counts = countsOf(runs);
  const of = ({ did, tried }: { did: number; tried: number }) => `${did} of ${tried}`;
  const rows: readonly [string, string][] = [
    ['faults', `${counts.faults}, of ${counts.topics} topics`],
    ['found', `${counts.found}`],
    ['missed', `${counts.missed}`],
    ['false alarms', `${counts.falseAlarms}, in ${counts.looks} looks at everything`],
    ['fixes that worked', of(counts.fixed)],
    ['undone', of(counts.undone)],
    ['ladders climbed', of(counts.climbed)],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)];
}

function table(runs: readonly Run[]): string[] {
  const head = ['topic', 'fault', 'on', 'found', 'fixed', 'undone', 'climbed', 'look', 'fix'];
  const rows = runs
    .flatMap(({ on, results }) => results.map((result) => ({ on, result })))
    .toSorted((a, b) => a.result.topic.localeCompare(b.result.topic, 'en'))
    .map(({ on, result }) => {
      const { topic, fault, what, found, fixed, undone, climbed, seconds } = result;
      return [
        topic,
        `\`${fault}\`: ${cell(what)}`,
        on,
        found ? 'yes' : '**no**',
        word(fixed),
        word(undone),
        word(climbed),
        seconds.look.toFixed(1),
        fixed.is === 'n/a' ? '–' : seconds.fix.toFixed(1),
      ];
    });
  const rules = head.map((_, column) => (column < 7 ? '---' : '---:'));
  return [head, rules, ...rows].map((row) => `| ${row.join(' | ')} |`);
}

const WORDS = { yes: 'yes', no: '**no**', 'n/a': '–' } as const;
const word = ({ is }: Outcome): string => WORDS[is];

/** On one line, and without what would end the cell. */
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|');

const eachResult = (runs: readonly Run[], lines: (result: Result) => readonly string[]): string[] =>
  runs.flatMap(({ on, results }) =>
    results.flatMap((result) => lines(result).map((line) => `\`${result.fault}\` (${on}): ${cell(line)}`)),
  );

const misses = (runs: readonly Run[]) => eachResult(runs, (result) => result.misses);

const whileHealthy = (runs: readonly Run[], which: 'falseAlarms' | 'busyMachine'): string[] =>
  runs.flatMap(({ on, healthy }) => healthy[which].map((line) => `nothing broken (${on}): ${cell(line)}`));

const falseAlarms = (runs: readonly Run[]) => [
  ...whileHealthy(runs, 'falseAlarms'),
  ...eachResult(runs, (result) => result.falseAlarms),
];

/** No alarms: each is what a topic says that it explains, or what the fault says beside. */
const consequences = (runs: readonly Run[]) => eachResult(runs, (result) => result.consequences);

const unseen = (runs: readonly Run[]) =>
  eachResult(runs, ({ unseenIn }) => (unseenIn.length === 0 ? [] : [unseenIn.join(', ')]));

const steps = (result: Result, is: Outcome['is']): string[] =>
  (['fixed', 'undone', 'climbed'] as const).flatMap((step) => {
    const outcome = result[step];
    return outcome.is === is ? [`${step}: ${outcome.why ?? 'nothing was said'}`] : [];
  });

const failures = (runs: readonly Run[]) => eachResult(runs, (result) => steps(result, 'no'));

/** What has no fix is neither fixed, undone nor made to fail, for one reason. */
const notTried = (runs: readonly Run[]) =>
  eachResult(runs, (result) => {
    const { fixed, undone, climbed } = result;
    return fixed.is === 'n/a' && undone.is === 'n/a' && climbed.is === 'n/a'
      ? [`no fix: ${fixed.why}`]
      : steps(result, 'n/a');
  });

function busyMachine(runs: readonly Run[]): string[] {
  const lines = [...whileHealthy(runs, 'busyMachine'), ...eachResult(runs, (result) => result.busyMachine)];
  const { looks } = countsOf(runs);
  return [
    'The checks `container-load` and `pod-load` of `high-cpu` measure the machine, and this one also ran the tests: what they ' +
      `say is no fault of the system, and is counted apart. They spoke up ${lines.length} times in ${looks} looks.`,
    ...lines,
  ];
}
