/** Looks at every ladder each hour, a day ahead, and says once in its channel when a level will reach nobody. */
import type { Defect } from '../policy/defect.ts';
import { DAY, HOUR } from '../policy/wall-clock.ts';
import type { Store, Transaction } from './ports.ts';
import { type Checked, checkReach, type ReachDeps } from './reachability.ts';
import type { TaskOf } from './task.ts';
import type { LostLevel } from './watch-ports.ts';

export interface WatchDeps {
  readonly store: Pick<Store, 'transact'>;
  /** Opened for each look. */
  readonly reach: () => ReachDeps;
  /** Told of all that is lost, said before or not. */
  readonly onLost: (environment: string, lost: readonly LostLevel[]) => void;
}

export const LOOK_EVERY_MS = HOUR;
const AHEAD_MS = DAY;

/** The first look is owed once, whichever replica starts; and again, should the queue have lost it. */
export const oweLook = ({ store }: Pick<WatchDeps, 'store'>): Promise<void> =>
  store.transact((tx) => moveOn(tx, undefined));

async function moveOn(tx: Transaction, before: number | undefined): Promise<void> {
  const due = tx.now + LOOK_EVERY_MS;
  if (await tx.watch.next(due, before, LOOK_EVERY_MS)) await tx.send({ task: 'look-ahead', due }, due);
}

export async function lookAhead(deps: WatchDeps, { due }: TaskOf<'look-ahead'>): Promise<void> {
  for (const environment of deps.reach().estate.environments)
    await report(deps, await checkReach(deps.reach(), environment, AHEAD_MS));
  await deps.store.transact((tx) => moveOn(tx, due));
}

async function report({ store, reach, onLost }: WatchDeps, checked: Checked): Promise<void> {
  const { environment } = checked;
  const lost = lostLevels(checked);
  if (lost.length > 0) onLost(environment, lost);
  const channel = reach().channelOf(environment);
  if (channel === undefined) return;
  const about = lost.map(aboutOf);
  await store.transact(async (tx) => {
    const said = await tx.watch.inForce(environment);
    const before = said?.about ?? [];
    const isNews = about.some((each) => !before.includes(each));
    // Of what could not be looked at, nobody knows that it is well again.
    const isBetter = before.some((each) => !about.includes(each)) && !hasUnknown(checked);
    if (!isNews && !isBetter) return;
    if (said) {
      await tx.watch.over(said.id);
      await tx.send({ task: 'publish', subject: `reach/${said.id}` });
    }
    if (about.length === 0) return;
    const id = await tx.watch.say({ environment, about, lost });
    await tx.reserveMessage(`reach/${id}`, channel);
    await tx.send({ task: 'publish', subject: `reach/${id}` });
  });
}

/** A level that was left empty is passed over, as it was meant: `ladder check` says it. */
const lostLevels = ({ ladders }: Checked): LostLevel[] =>
  ladders.flatMap(({ name: ladder, levels }) =>
    levels
      .filter(({ defects }) => defects.some(({ what }) => what === 'level-nobody'))
      .map(({ level, name, defects }) => ({
        ladder,
        level,
        name,
        defects: defects.filter(({ severity }) => severity === 'problem'),
      })),
  );

const hasUnknown = ({ ladders }: Checked): boolean =>
  ladders.some(({ levels }) => levels.some(({ defects }) => defects.some(({ what }) => what === 'unknown')));

/** Which level, and why, without the times: they come nearer by themselves. */
const aboutOf = ({ ladder, level, defects }: LostLevel): string =>
  `${ladder}/${level}: ${[...new Set(defects.map(reasonOf))].sort().join(', ')}`;

function reasonOf(defect: Defect): string {
  const who = ['user', 'group', 'channel', 'schedule', 'pager'].flatMap((key) => {
    const value: unknown = Reflect.get(defect, key);
    return typeof value === 'string' ? [value] : [];
  });
  return [defect.what, ...who].join(' ');
}
