/** `paksa ladder drill`: shows whom it would wake, asks, sends tagged pages, and says how long each took. */
import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type DrillDeps, type DrillPlan, type DrillWish, drillPlan, startDrill } from '../engine/drill.ts';
import { type DrillPagesDeps, endDrill } from '../engine/drill-pages.ts';
import { UserError } from '../errors.ts';
import type { Engine } from '../open-engine.ts';
import { type Drill, type DrillPage, type PlannedPage, seconds, verdictOf } from '../policy/drill.ts';
import { SLACK } from '../policy/policy.ts';
import { drillWork } from '../reach.ts';
import { shown } from './print.ts';
import { isYes, type Terminal, until } from './terminal.ts';
import { EXIT } from './usage.ts';

export interface TerminalDrillDeps {
  readonly jobs: Engine['jobs'];
  readonly drills: DrillDeps;
  /** Absent where there is no token for Slack: the bot sends them then. */
  readonly pages?: DrillPagesDeps | undefined;
}

/** Resolves with the exit code: a problem when a page was not taken. @throws UserError when it cannot begin, and why */
export async function drill(
  { jobs, drills, pages }: TerminalDrillDeps,
  { yes, ...wish }: DrillWish & { readonly yes: boolean },
  terminal: Terminal,
): Promise<number> {
  const plan = await drillPlan(drills, wish);
  terminal.say(...planLines(plan).map(shown));
  if (!yes && !isYes(await terminal.ask('Wake them? [y/N]'))) {
    terminal.say('Nothing was sent.');
    return EXIT.healthy;
  }
  const by = { id: `cli:${userInfo().username}`, groups: [] };
  const drilled = await startDrill(drills, { ...wish, digest: plan.digest, by, cause: randomUUID() });
  if (!drilled.done)
    throw new UserError('why' in drilled ? drilled.why : 'Who would be woken has changed since: look again.');
  const { id } = drilled.drill;
  if (pages) {
    const { handlers, lost } = drillWork(pages);
    await jobs.work(handlers, lost);
  } else terminal.say('SLACK_BOT_TOKEN is not set here: the bot sends the pages, if it runs.');
  const settled = await follow(drills, id, terminal);
  if (pages && !canBeAnswered(settled)) await endDrill(pages, { task: 'drill-end', drill: id });
  const ended = await waitForAnswers(drills, id, terminal);
  terminal.say(`${id}: ${verdictOf(ended)}`);
  return ended.pages.every(({ state }) => state === 'taken') ? EXIT.healthy : EXIT.problem;
}

const read = ({ store }: DrillDeps, id: string): Promise<Drill | undefined> =>
  store.transact((tx) => tx.drills.find(id));

/** Says each page as soon as it is known what came of it. */
async function follow(deps: DrillDeps, id: string, { say }: Terminal): Promise<Drill> {
  const told = new Set<number>();
  const tell = (drill: Drill): boolean => {
    for (const [number, page] of drill.pages.entries())
      if (page.state !== 'owed' && !told.has(number)) {
        told.add(number);
        say(shown(outcomeLine(page, drill)));
      }
    return told.size === drill.pages.length;
  };
  return until(() => read(deps, id), tell);
}

/** Until it is over, or everybody who can has said that they have it. */
async function waitForAnswers(deps: DrillDeps, id: string, { say }: Terminal): Promise<Drill> {
  const told = new Set<number>();
  say('People have five minutes to press “I got it” in Slack; Ctrl-C stops waiting.');
  return until(
    () => read(deps, id),
    (drill) => {
      for (const [number, { gotBy, gotAt = 0 }] of drill.pages.entries())
        if (gotBy !== undefined && !told.has(number)) {
          told.add(number);
          say(shown(`  user ${gotBy} has it, after ${seconds(gotAt - drill.startedAt)}`));
        }
      return drill.endedAt !== undefined || drill.pages.every((page) => !isAwaited(page));
    },
  );
}

const isAwaited = ({ pager, state, gotBy }: DrillPage): boolean =>
  pager === SLACK && state === 'taken' && gotBy === undefined;
const canBeAnswered = ({ pages }: Drill): boolean => pages.some(isAwaited);

const planLines = ({ environment, pages, levels }: DrillPlan): string[] => [
  `A drill of ${environment} sends, now:`,
  ...pages.map(
    (page) => `  level ${page.level}, ${levels[page.level - 1]?.name ?? ''}: ${whom(page)} by ${page.pager}`,
  ),
  'Each says “DRILL, nothing is broken”. No incident is opened, and the ladder does not climb.',
];

const whom = ({ responder, to }: PlannedPage): string =>
  `${responder.replace('/', ' ')}${to === undefined ? ' (nobody now)' : responder.startsWith('schedule/') ? ` (now user ${to.id})` : ''}`;

function outcomeLine(page: DrillPage, { startedAt }: Drill): string {
  const { level, pager, state, takenAt = startedAt, takenBy = pager, reason } = page;
  const what = `level ${level}: ${whom(page)} by ${pager}`;
  return state === 'taken'
    ? `  ok  ${what}: taken after ${seconds(takenAt - startedAt)} (${takenBy})`
    : `  !!  ${what}: not taken: ${reason ?? 'nobody knows why'}`;
}
