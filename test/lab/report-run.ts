/** Every fault of one stack, one after the other, told as each ends. */
import { messageOf } from '../../src/errors.ts';
import type { Described } from './configuration.ts';
import type { Fault } from './fault.ts';
import type { Run } from './report-counts.ts';
import { openSite, type Site } from './site.ts';
import type { Outcome, Result } from './trial.ts';

export interface Part<Stack> {
  /** What the stack runs on, for the report. */
  readonly on: string;
  readonly faults: readonly Fault<Stack>[];
  readonly start: () => Promise<Stack>;
  readonly describe: (stack: Stack) => Described;
  /** By the system's name. */
  readonly versions: (stack: Stack) => Promise<Readonly<Record<string, string>>>;
}

export interface Telling {
  /** Told a line a fault, as it ends. */
  readonly say: (line: string) => void;
  /** Given what ends a stack, for when somebody does not wait for it. */
  readonly opened: (end: () => Promise<void>) => void;
}

/**
 * Called by each part whose stack is up, with its look at it: when all are, they look one after the other, and go on when all
 * have. A system that starts, and one that is looked at, are a load on their neighbours.
 */
export type Meeting = <Seen>(look: () => Promise<Seen>) => Promise<Seen>;

export function meetingOf(parts: number): Meeting {
  const arrived = Promise.withResolvers<void>();
  const looked = Promise.withResolvers<void>();
  let [absent, looking] = [parts, parts];
  let turn: Promise<unknown> = arrived.promise;
  return async (look) => {
    const mine = turn.then(look);
    turn = mine;
    absent -= 1;
    if (absent === 0) arrived.resolve();
    const seen = await mine;
    looking -= 1;
    if (looking === 0) looked.resolve();
    await looked.promise;
    return seen;
  };
}

export interface Done {
  readonly run: Run;
  readonly versions: Readonly<Record<string, string>>;
}

/** Without faults nothing is started. @throws Error when the stack does not come up */
export async function carryOut<Stack extends { stop(): Promise<void> }>(
  { on, faults, start, describe, versions: ask }: Part<Stack>,
  { say, opened }: Telling,
  meet: Meeting,
): Promise<Done | undefined> {
  if (faults.length === 0) return undefined;
  let site: Site<Stack> = await openSite({ start, describe });
  opened(() => site.close());
  try {
    const versions = await ask(site.stack);
    const survey = await meet(() => site.trials.look());
    const healthy = {
      falseAlarms: site.trials.alarms(survey),
      busyMachine: site.trials.alarms(survey, { of: 'machine' }),
    };
    say(`${on}: nothing broken, ${healthy.falseAlarms.join('; ') || 'no alarm'}`);
    const results: Result[] = [];
    for (const fault of faults) {
      let result: Result;
      try {
        result = await site.trials.try(fault, site.stack);
      } catch (error) {
        result = brokenOff(fault, messageOf(error));
        // What is left of the stack says nothing about the next fault.
        await site.close();
        site = await openSite({ start, describe });
      }
      results.push(result);
      say(`${on}: ${lineOf(result)}`);
    }
    return { run: { on, healthy, results }, versions };
  } finally {
    await site.close();
  }
}

/** Nothing is known of a fault whose trial did not come to its end, which is a miss. */
function brokenOff<Stack>({ id, topic, what }: Fault<Stack>, why: string): Result {
  const never: Outcome = { is: 'n/a', why: 'the trial broke off' };
  return {
    fault: id,
    topic,
    what,
    found: false,
    misses: [`the trial broke off: ${why}`],
    falseAlarms: [],
    consequences: [],
    unseenIn: [],
    busyMachine: [],
    fixed: never,
    undone: never,
    climbed: never,
    seconds: { look: 0, fix: 0 },
  };
}

function lineOf({ topic, fault, found, misses, falseAlarms, seconds, fixed, undone, climbed }: Result) {
  const steps = Object.entries({ fixed, undone, climbed }).map(([step, { is, why }]) =>
    is === 'no' ? `NOT ${step} (${why})` : is === 'yes' ? step : `${step}: n/a`,
  );
  return [
    `${topic}/${fault}`,
    found ? 'found' : `MISSED (${misses.join('; ')})`,
    ...steps,
    ...falseAlarms.map((alarm) => `FALSE ALARM ${alarm}`),
    `${seconds.look.toFixed(1)} + ${seconds.fix.toFixed(1)} s`,
  ].join(', ');
}
