/** A drill: whom it would wake, its pages in Slack, and its result as it comes in. */
import type { DrillPlan } from '../../engine/drill.ts';
import { type Drill, type DrillPage, type PlannedPage, seconds, verdictOf } from '../../policy/drill.ts';
import type { Responder } from '../../policy/policy.ts';
import { actions, button, confirmation, context, header, section, type View } from './blocks.ts';
import { DRILL } from './ladder-check.ts';
import { clip, clipLines, escaped, LIMIT, oneLine, person, plural, responder } from './text.ts';

/** What a press carries: what was shown, and where. */
export interface Confirmed {
  readonly digest: string;
  readonly level?: number;
  readonly environment: string;
}

const encodePlan = ({ digest, level, environment }: DrillPlan): string =>
  `${digest}:${level ?? ''}:${environment}`;

/** Undefined when it is not one of Paksa's. */
export function decodePlan(value: string): Confirmed | undefined {
  const [, digest, level, environment] = /^([0-9a-f]{16}):(\d{0,2}):(.+)$/s.exec(value) ?? [];
  if (digest === undefined || environment === undefined) return undefined;
  return { digest, environment, ...(level ? { level: Number(level) } : {}) };
}

/** Undefined when it is not one of Paksa's. */
export function decodeGot(value: string): { readonly drill: string; readonly page: number } | undefined {
  const [, drill, page] = /^(DRILL-\d{1,12}):(\d{1,4})$/.exec(value) ?? [];
  return drill === undefined ? undefined : { drill, page: Number(page) };
}

/** Asks for the confirmation. `changed`: somebody else would be woken now than was shown before. */
export function drillPlanView(plan: DrillPlan, changed = false): View {
  const { environment, pages, levels } = plan;
  const count = pages.filter(({ to }) => to !== undefined).length;
  const what = `A drill of ${environment} sends ${plural(count, 'page')}`;
  const lines = pages.map((page) => `• ${place(page, levels)}: ${whom(page)} by *${oneLine(page.pager)}*`);
  return {
    text: clip(escaped(what), LIMIT.fallback),
    blocks: [
      section(
        `🧪 *${clip(oneLine(what), 200)}*, now, whatever the time is where they are.${changed ? ' _Who would be woken has changed since: look again._' : ''}`,
      ),
      section(clipLines(lines, LIMIT.section)),
      context('Each says “DRILL, nothing is broken”. No incident is opened, and the ladder does not climb.'),
      ...actions([
        button(`Send ${plural(count, 'page')}`, `${DRILL}:start`, encodePlan(plan), {
          style: 'danger',
          confirm: confirmation(
            'Wake them for a drill?',
            `${plural(count, 'page')} go out at once. After this one, the next drill can begin in 30 minutes.`,
            'Wake them',
          ),
        }),
      ]),
    ],
  };
}

/** A page of a drill as Slack shows it. */
export function drillPageView(
  { id, environment, levels, startedBy, endedAt, pages }: Drill,
  number: number,
): View {
  const page = pages[number];
  const on = page && refIn(page);
  const call = on?.kind === 'channel' ? '<!here> ' : on?.kind === 'usergroup' ? `${responder(on)} ` : '';
  const text = `DRILL, nothing is broken: ${id} tries the pages of ${environment}`;
  const got = page?.gotBy;
  return {
    text: clip(escaped(text), LIMIT.fallback),
    blocks: [
      section(
        `🧪 ${call}*DRILL, nothing is broken.* The pages of *${clip(oneLine(environment), 80)}* are being tried: this one has reached you.`,
      ),
      context(`${id} · ${page ? place(page, levels) : ''} · started by ${person(startedBy)}`),
      ...(got !== undefined
        ? [context(`👍 ${person(got)} has it`)]
        : endedAt === undefined
          ? actions([button('I got it', `${DRILL}:got`, `${id}:${number}`, { style: 'primary' })])
          : [context('The drill is over: there is nothing to do.')]),
    ],
  };
}

/** The result, drawn again with every page that was taken or answered. */
export function drillView(drill: Drill): View {
  const { id, environment, pages, levels, startedBy, startedAt, endedAt } = drill;
  const verdict = verdictOf(drill);
  const lines = pages.map(
    (page) =>
      `${MARK[page.state]} ${place(page, levels)}: ${whom(page)} by *${oneLine(page.pager)}*${outcome(page, startedAt)}`,
  );
  return {
    text: clip(escaped(`${id}, drill of ${environment}: ${verdict}`), LIMIT.fallback),
    blocks: [
      header(`🧪 ${id}: drill of ${environment}`),
      section(`*${verdict}*`),
      section(clipLines(lines, LIMIT.section)),
      context(
        [
          `started by ${person(startedBy)}`,
          ...slowest(drill),
          endedAt === undefined ? 'people have five minutes to press “I got it”' : 'over',
        ].join(' · '),
      ),
    ],
  };
}

const MARK: Readonly<Record<DrillPage['state'], string>> = { owed: '⏳', taken: '✅', failed: '🔴' };

function outcome({ state, takenAt, takenBy, reason, gotBy, gotAt }: DrillPage, startedAt: number): string {
  const got =
    gotAt === undefined || gotBy === undefined
      ? ''
      : `, 👍 ${person(gotBy)} after ${seconds(gotAt - startedAt)}`;
  const why = reason === undefined ? '' : `: ${clip(oneLine(reason), 250)}`;
  if (state === 'taken')
    return ` · taken after ${seconds((takenAt ?? startedAt) - startedAt)}${by(takenBy)}${got}${why}`;
  return `${state === 'failed' ? ' · not taken' : ''}${why}${got}`;
}

const by = (takenBy: string | undefined): string =>
  takenBy === undefined ? '' : ` (${clip(oneLine(takenBy), 60)})`;

function slowest({ pages, startedAt }: Drill): string[] {
  const times = pages.flatMap(({ takenAt }) => (takenAt === undefined ? [] : [takenAt - startedAt]));
  return times.length > 1 ? [`the slowest took ${seconds(Math.max(...times))}`] : [];
}

const place = ({ level }: PlannedPage, levels: Drill['levels']): string =>
  `level ${level} · ${clip(oneLine(levels[level - 1]?.name ?? ''), 60)}`;

/** Whom it goes to; of a schedule, with its name. */
function whom(page: PlannedPage): string {
  const on = refIn(page);
  if (on?.kind !== 'schedule') return on ? responder(on) : '';
  return page.to ? `${person(page.to.id)}, ${responder(on)}` : `nobody, ${responder(on)}`;
}

const KINDS = ['user', 'usergroup', 'channel', 'schedule'] as const;

function refIn({ responder: ref }: PlannedPage): Responder | undefined {
  const at = ref.indexOf('/');
  const kind = KINDS.find((each) => each === ref.slice(0, at));
  return kind && { kind, id: ref.slice(at + 1) };
}
