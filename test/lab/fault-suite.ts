/** One suite for every stack: silent while nothing is broken; each fault found and no other, fixed, undone, and paged. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { preparedDatabase } from '../harness/database.ts';
import { alarmsOf, unknownOf } from './alarms.ts';
import type { Described } from './configuration.ts';
import type { Fault } from './fault.ts';
import { canRunLab, LAB_MS, runningLab, STACK_MS } from './for-tests.ts';
import type { Lab } from './lab.ts';
import { openSite, type Site } from './site.ts';

/**
 * All of them take longer than all other tests together: unless LAB_FAULTS is set, the first of each topic stands for the
 * others, on one of the stacks. `npm run lab -- --report` tries them all, too.
 */
const chosen = <Stack>(faults: readonly Fault<Stack>[], elsewhere: ReadonlySet<string>) =>
  process.env.LAB_FAULTS
    ? faults
    : faults.filter(
        ({ topic }, at) => !elsewhere.has(topic) && faults.findIndex((fault) => fault.topic === topic) === at,
      );

const SETTLED = { timeout: 90_000, interval: 5_000 };

/** A trial injects, looks, fixes, undoes, mends and does the half of it again. */
const TRIAL_MS = 300_000;

export function testFaults<Stack extends { stop(): Promise<void> }>(
  title: string,
  {
    faults,
    start,
    describe: described,
    elsewhere = new Set(),
  }: {
    readonly faults: readonly Fault<Stack>[];
    /** Topics of which another stack tries the first fault. */
    readonly elsewhere?: ReadonlySet<string>;
    readonly start: (lab: Lab) => Promise<Stack>;
    readonly describe: (stack: Stack) => Described;
  },
): void {
  describe.runIf(canRunLab())(title, () => {
    let site: Site<Stack> | undefined;
    const open = async () => {
      const lab = await runningLab();
      const database = async () => {
        const { url, drop } = await preparedDatabase();
        return { url, close: drop };
      };
      return openSite({ start: () => start(lab), describe: described, open: database });
    };
    /** One on which a trial broke off says nothing about the next fault. */
    const replace = async (error: unknown) => {
      await site?.close();
      site = undefined;
      throw error;
    };
    beforeAll(async () => {
      site = await open();
    }, LAB_MS);
    afterAll(() => site?.close(), STACK_MS);

    it('raises no alarm while nothing is broken, and every check can tell', async () => {
      site ??= await open();
      const { trials } = site;
      // It has only just come up, with everything else that begins here.
      const told = async () => {
        const survey = await trials.look();
        return [...alarmsOf(survey), ...unknownOf(survey)];
      };
      await expect.poll(told, SETTLED).toEqual([]);
    });

    it.each(chosen(faults, elsewhere))(
      '$topic, $id: $what',
      async (fault) => {
        site ??= await open();
        const result = await site.trials.try(fault, site.stack).catch(replace);
        const { misses, falseAlarms, fixed, undone, climbed } = result;
        const failed = Object.entries({ fixed, undone, climbed }).filter(([, { is }]) => is === 'no');
        expect({ misses, falseAlarms, failed }).toEqual({ misses: [], falseAlarms: [], failed: [] });
      },
      TRIAL_MS,
    );
  });
}
