/** What a report is made from, and its figures. */
import type { Result } from './trial.ts';

/** One stack, looked at before anything was broken, and with each fault in turn. */
export interface Run {
  /** Where its faults were brought about, such as `docker-compose`. */
  readonly on: string;
  readonly healthy: Pick<Result, 'falseAlarms' | 'busyMachine'>;
  readonly results: readonly Result[];
}

export interface Report {
  readonly cores: number;
  /** Versions by the system's name, as measured. */
  readonly versions: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
  /** Of deploy/rbac.yaml, those that no call has needed; absent where the cluster is not the lab's own. */
  readonly unusedRights?: readonly string[];
}

type Step = 'fixed' | 'undone' | 'climbed';

/** Whether anything is there to be mended. */
export const isClean = ({ runs }: Report): boolean => {
  const { missed, falseAlarms, fixed, undone, climbed } = countsOf(runs);
  return missed + falseAlarms === 0 && [fixed, undone, climbed].every(({ did, tried }) => did === tried);
};

export function countsOf(runs: readonly Run[]) {
  const results = runs.flatMap((run) => run.results);
  const looks = runs.flatMap((run) => [run.healthy, ...run.results]);
  const found = results.filter((result) => result.found).length;
  const counted = (step: Step) => ({
    did: results.filter((result) => result[step].is === 'yes').length,
    tried: results.filter((result) => result[step].is !== 'n/a').length,
  });
  return {
    faults: results.length,
    topics: new Set(results.map(({ topic }) => topic)).size,
    found,
    missed: results.length - found,
    looks: looks.length,
    falseAlarms: looks.flatMap((look) => look.falseAlarms).length,
    busyMachine: looks.flatMap((look) => look.busyMachine).length,
    fixed: counted('fixed'),
    undone: counted('undone'),
    climbed: counted('climbed'),
  };
}
