/**
 * A postmortem's draft in Markdown, from an incident and its log: the facts are filled in, what people have to think about is
 * left empty. Pure: whoever calls it says how a line of the log is told, and who is behind an id, both without secrets.
 */
import { type Finding, worstSeverity } from '../runbook/finding.ts';
import type { Happening } from './event.ts';
import { type Incident, proposedFix } from './incident.ts';
import { lasted, md, moment, table } from './markdown.ts';
import { gathered, type PageTry, type Tries } from './page-try.ts';
import { answerOf, endOf, type Paged, pagesIn, problemsIn, type Seen } from './postmortem-facts.ts';
import { hasChanged, type Tried, triedIn } from './postmortem-tried.ts';

export interface Hand {
  /** What is told of the log's line of this number, in Markdown; a line each, none where nothing is. */
  readonly tell: (index: number) => readonly string[];
  /** Who is behind a user's id or another actor's, in plain text. */
  readonly person: (actor: string) => string;
  /** Who is behind `user/U…`, in plain text. */
  readonly responder: (ref: string) => string;
}

/** `tries`: of its pages, in the order in which they were begun. */
export function postmortem(
  incident: Incident,
  log: readonly Happening[],
  hand: Hand,
  tries: readonly PageTry[] = [],
): string {
  const tried = triedIn(log);
  const problems = problemsIn(log);
  const part = (title: string, lines: readonly string[], none: string): readonly string[] => [
    `## ${title}`,
    '',
    ...(lines.length > 0 ? lines : [none]),
    '',
  ];
  return [
    `# Postmortem: ${incident.id} ${md(incident.title)}`,
    '',
    '_A draft: the facts are from Paksa’s log, times are UTC. What is empty is for people to fill in._',
    '',
    ...part('Summary', summary(incident, log, problems, hand), ''),
    ...part('Impact', [], '_Who was affected, how, and how much?_'),
    ...part('Timeline', timeline(log, tries, hand), 'Nothing is in the log.'),
    ...part('What was found', problems.map(foundLine), 'No check and no alert saw a problem.'),
    ...part(
      'What was tried',
      tried.flatMap((each) => triedLines(incident, each, hand)),
      'No fix was asked for.',
    ),
    ...part('Who was paged', paged(incident, pagesIn(log), hand), 'Nobody was paged.'),
    ...part(
      'What changed in production',
      tried.filter(hasChanged).flatMap((each) => changedLines(incident, each)),
      'Paksa changed nothing, or all of it was undone.',
    ),
    ...part('Causes', [], '_What led to it, and why was it possible?_'),
    ...part('What went well, and what did not', [], '_What helped, and what was in the way?_'),
    ...part('Actions', table(['What', 'Who', 'Until'], [['', '', '']]), ''),
  ].join('\n');
}

function summary(
  incident: Incident,
  log: readonly Happening[],
  problems: readonly Seen[],
  { person }: Hand,
): readonly string[] {
  const { openedAt, openedBy, environment, mergedInto } = incident;
  const answered = answerOf(incident, log);
  const ended = endOf(incident, log);
  const by = (who: string, at: number) => `${moment(at)} by ${md(person(who))}`;
  const after = (at: number) => `after ${lasted(at - openedAt)}`;
  return table(
    ['', ''],
    [
      [
        'What',
        md(problems[0] ? `${problems[0].finding.title}: ${problems[0].finding.summary}` : incident.title),
      ],
      ['Where', md(environment)],
      ['Severity', gravest(incident, problems)],
      ['Opened', by(openedBy, openedAt)],
      ['Acknowledged', answered ? `${by(answered.by, answered.at)}, ${after(answered.at)}` : 'nobody has'],
      ['Resolved', ended ? `${by(ended.by, ended.at)}, ${after(ended.at)}` : 'not yet'],
      ...(ended ? [['Duration', lasted(ended.at - openedAt)]] : []),
      ...(mergedInto === undefined ? [] : [['Goes on in', md(mergedInto)]]),
      ...(incident.merged ?? []).map(({ id, title }) => ['Merged into it', md(`${id} ${title}`)]),
    ],
  );
}

const gravest = ({ severity }: Incident, problems: readonly Seen[]): string =>
  worstSeverity(problems.map(({ finding }): Finding => finding)) === 'critical' ? 'critical' : severity;

/** What the log tells, and between it each time that a pager was asked. */
const timeline = (log: readonly Happening[], tries: readonly PageTry[], hand: Hand): readonly string[] =>
  [
    ...gathered(tries).map((each) => ({ at: each.at, lines: [triedLine(each, hand)] })),
    ...log.map(({ at }, index) => ({ at, lines: hand.tell(index) })),
  ]
    .toSorted((one, other) => one.at - other.at)
    .flatMap(({ at, lines: [first, ...more] }) =>
      first === undefined ? [] : [`- **${moment(at)}** ${first}`, ...more.map((line) => `  - ${line}`)],
    );

function triedLine({ page, pager, outcome, times, until }: Tries, { responder }: Hand): string {
  const level = page.level === 0 ? 'handed over' : `level ${page.level}`;
  const asked = `“${md(pager)}” was asked to page ${md(responder(page.responder))} (${level})`;
  const again = times === 1 ? '' : `, ${times} times until ${moment(until)}`;
  if (!outcome) return `${asked}${again}: what came of it is not known`;
  return `${asked}${again}: ${outcome.taken ? 'taken' : 'not taken'} (${md(outcome.said)})`;
}

function foundLine({ at, finding: { title, summary: said, severity, evidence } }: Seen): string {
  const facts = Object.entries(evidence).map(
    ([key, value]) => `${key}: ${Array.isArray(value) ? value.join(', ') : String(value)}`,
  );
  return `- **${md(title)}** (${severity ?? 'warning'}, first seen ${moment(at)}): ${md(said)}${facts.length > 0 ? `. ${md(facts.join('; '))}` : ''}`;
}

const titleOf = (incident: Incident, fix: string): string => md(proposedFix(incident, fix)?.title ?? fix);

function triedLines(incident: Incident, tried: Tried, { person }: Hand): readonly string[] {
  const { preview, decided, requestedBy, outcomes, ended } = tried;
  const why = decided?.why === undefined ? '' : `: ${md(decided.why)}`;
  return [
    `### ${titleOf(incident, tried.fix)}${tried.round > 1 ? `, round ${tried.round}` : ''}`,
    '',
    ...(requestedBy === undefined ? [] : [`- Asked for by ${md(person(requestedBy))}`]),
    ...(preview ? [`- Preview: ${md(preview.summary)}`, ...preview.changes.map(changeLine)] : []),
    decided
      ? `- ${decided.how === 'approved' ? 'Approved' : 'Denied'} by ${decided.by.map((who) => md(person(who))).join(' and ')} at ${moment(decided.at)}${why}`
      : '- Nobody decided',
    ...outcomes.map((outcome) => `- Outcome: ${md(outcome)}`),
    ...(ended === undefined ? [] : [`- Ended: ${ended}`]),
    '',
  ];
}

const changeLine = ({ what, before, after }: { what: string; before: string; after: string }): string =>
  `  - ${md(what)}: ${md(before)} → ${md(after)}`;

const changedLines = (
  incident: Incident,
  { fix, preview, startedAt = 0, ended }: Tried,
): readonly string[] => [
  `- **${titleOf(incident, fix)}**, begun ${moment(startedAt)}, ${ended ?? 'its end is not known'}`,
  ...(preview?.changes ?? []).map(changeLine),
];

function paged(incident: Incident, pages: readonly Paged[], { person, responder }: Hand): readonly string[] {
  if (pages.length === 0) return [];
  const name = (level: number) =>
    level === 0 ? 'handed over' : `${level}, ${md(incident.policy.escalation.levels[level - 1]?.name ?? '')}`;
  return table(
    ['When', 'Level', 'Who', 'By', 'Answered'],
    pages.map(({ page, at, how, said, reached, answer }) => [
      moment(at),
      name(page.level),
      md(
        reached === undefined
          ? responder(page.responder)
          : `${person(reached)} (${responder(page.responder)})`,
      ),
      how === 'sent' ? md(said) : `${how}: ${md(said)}`,
      answer ? `${lasted(answer.afterMs)} later by ${md(person(answer.by))}` : '',
    ]),
  );
}
