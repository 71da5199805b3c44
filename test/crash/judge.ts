/** Whether the matrix kept its promises: the log says what was owed, the providers what arrived. */
import type pg from 'pg';
import type { Effect, Happening } from '../../src/incident/event.ts';
import type { Incident, PageRef } from '../../src/incident/incident.ts';
import type { PagerName, PlannedIncident } from './plan.ts';
import { type Providers, SERVICE, type TakenPage } from './providers.ts';

export interface Verdict {
  /** Pages that were decided on. */
  readonly pages: number;
  /** Of those, left out because somebody had answered by then. */
  readonly dropped: number;
  /** Decided, and never taken. */
  readonly lost: readonly string[];
  /** Taken more than once by a provider that can be asked. */
  readonly doubled: readonly string[];
  /** Taken more than once by the mail server, which cannot be. */
  readonly mailsDoubled: number;
  /** Other broken promises. */
  readonly broken: readonly string[];
  /** From when it was due until it was taken, in milliseconds, of pages that no death had to do with. */
  readonly late: readonly number[];
  /** The same of pages whose timer or sending was another's before. */
  readonly lateTakenOver: readonly number[];
}

interface Row {
  readonly incident: string;
  readonly event: Happening;
  readonly effects: readonly Effect[];
}

export interface Evidence {
  readonly pool: pg.Pool;
  readonly incidents: readonly PlannedIncident[];
  readonly answered: ReadonlySet<string>;
  readonly providers: Providers;
}

export async function judge({ pool, incidents, answered, providers }: Evidence): Promise<Verdict> {
  const { rows } = await pool.query<Row>(
    'SELECT incident, event, effects FROM paksa.event ORDER BY incident, seq',
  );
  const states = await pool.query<{ state: Incident }>('SELECT state FROM paksa.incident');
  const logs = Map.groupBy(rows, ({ incident }) => incident);
  const ends = new Map(states.rows.map(({ state }) => [state.id, state]));
  const taken = Map.groupBy(providers.taken(), ({ incident, pager }) => `${incident}/${pager}`);
  const shown = providers.shown();
  const retried = await retriedPages(pool);

  const found = incidents.map((incident) =>
    judgeOne(incident, {
      log: logs.get(incident.id) ?? [],
      end: ends.get(incident.id),
      isAnswered: answered.has(incident.id),
      takenBy: (pager) => taken.get(`${incident.id}/${pager}`) ?? [],
      shown: shown.get(incident.id) ?? [],
      isRetried: (level) => retried.has(`${incident.id}/${level}`),
    }),
  );
  const all = <Each>(of: (verdict: Verdict) => readonly Each[]): readonly Each[] => found.flatMap(of);
  const sum = (of: (verdict: Verdict) => number): number =>
    found.reduce((total, each) => total + of(each), 0);
  return {
    pages: sum(({ pages }) => pages),
    dropped: sum(({ dropped }) => dropped),
    lost: all(({ lost }) => lost),
    doubled: all(({ doubled }) => doubled),
    mailsDoubled: sum(({ mailsDoubled }) => mailsDoubled),
    broken: all(({ broken }) => broken),
    late: all(({ late }) => late),
    lateTakenOver: all(({ lateTakenOver }) => lateTakenOver),
  };
}

interface Facts {
  readonly log: readonly Row[];
  readonly end: Incident | undefined;
  readonly isAnswered: boolean;
  readonly takenBy: (pager: PagerName) => readonly TakenPage[];
  readonly shown: readonly string[];
  readonly isRetried: (level: number) => boolean;
}

function judgeOne(incident: PlannedIncident, facts: Facts): Verdict {
  const { log, end, isAnswered } = facts;
  const answer = log.findIndex(({ event }) => event.type === 'acknowledged');
  const decided = log.flatMap(({ event, effects }, position) =>
    effects.flatMap((effect) =>
      effect.do === 'page'
        ? [{ page: effect.page, position, due: event.type === 'timer-due' ? event.due : event.at }]
        : [],
    ),
  );
  const outcomes = (page: PageRef, type: 'page-sent' | 'page-dropped') =>
    log.filter(({ event }) => event.type === type && nameOf(event.page) === nameOf(page)).length;
  const broken: string[] = [];
  const lost: string[] = [];
  const doubled: string[] = [];
  const late: number[] = [];
  const lateTakenOver: number[] = [];
  let mailsDoubled = 0;
  let dropped = 0;

  for (const { page, position, due } of decided) {
    const { pager = 'slack' } = incident.levels[page.level - 1] ?? {};
    const name = `${incident.id}, ${nameOf(page)}, by ${pager}`;
    const arrived = facts.takenBy(pager).filter(({ to }) => to === SERVICE || page.responder.endsWith(to));
    const [sent, leftOut] = [outcomes(page, 'page-sent'), outcomes(page, 'page-dropped')];
    if (leftOut > 0) dropped += 1;
    if (arrived.length === 0 && leftOut === 0) lost.push(name);
    if (arrived.length > 1 && pager === 'mail') mailsDoubled += arrived.length - 1;
    else if (arrived.length > 1) doubled.push(`${name}: ${arrived.length} times`);
    if (answer !== -1 && position > answer) broken.push(`${name} was decided after the answer`);
    if (sent + leftOut !== 1)
      broken.push(
        `${name}: what came of it is written down ${sent} times as sent, ${leftOut} times as left out`,
      );
    const [first] = arrived.map(({ at }) => at).sort((one, other) => one - other);
    if (first !== undefined) (facts.isRetried(page.level) ? lateTakenOver : late).push(first - due);
  }
  const levels = new Set(decided.map(({ page }) => page.level));
  for (const [index, { pager }] of incident.levels.entries())
    if (!levels.has(index + 1) && facts.takenBy(pager).length > 0)
      broken.push(`${incident.id}: ${pager} was given a page that nobody had decided on`);
  if (new Set(decided.map(({ page }) => nameOf(page))).size !== decided.length)
    broken.push(`${incident.id}: somebody was paged twice`);

  if (isAnswered) {
    if (end?.status !== 'acknowledged') broken.push(`${incident.id}: its answer was forgotten`);
    const untold = facts.shown.filter((status) => status !== 'acknowledged');
    if (untold.length > 0)
      broken.push(`${incident.id}: ${untold.length} services were not told of the answer`);
  } else if (
    end?.ladder.state !== 'exhausted' ||
    decided.length !== incident.levels.flatMap(({ to }) => to).length
  )
    broken.push(`${incident.id}: its ladder stands at level ${end?.ladder.level ?? 0}, ${end?.ladder.state}`);
  return { pages: decided.length, dropped, lost, doubled, mailsDoubled, broken, late, lateTakenOver };
}

const nameOf = ({ level, responder }: PageRef): string => `level ${level}, ${responder}`;

/** Whose timer, or whose sending, was begun by somebody who died: incident and level. */
async function retriedPages(pool: pg.Pool): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<{ page: string }>(
    `WITH retried AS (SELECT name, data FROM pgboss.job WHERE retry_count > 0 AND name IN ('timer', 'page'))
     SELECT (data ->> 'incident') || '/' || (data -> 'page' ->> 'level') AS page FROM retried WHERE name = 'page'
     UNION
     SELECT e.incident || '/' || (effect -> 'page' ->> 'level')
       FROM retried r
       JOIN paksa.event e ON r.name = 'timer' AND e.incident = r.data ->> 'incident'
                         AND e.type = 'timer-due' AND e.event ->> 'due' = r.data ->> 'due',
            jsonb_array_elements(e.effects) effect
      WHERE effect ->> 'do' = 'page'`,
  );
  return new Set(rows.map(({ page }) => page));
}
