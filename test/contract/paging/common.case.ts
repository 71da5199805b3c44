/** What every pager outside Slack has to do, whoever is behind it: reach people once, write down how far it came, fail in words. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pageKeys } from '../../../src/engine/escalate.ts';
import { AdapterError } from '../../../src/errors.ts';
import type { Incident } from '../../../src/incident/incident.ts';
import { MOST_OF_A_SERVICE } from '../../../src/paging/at-once.ts';
import type { PagingDeps, ServicePager } from '../../../src/paging/held.ts';
import { freePort } from '../../harness/free-port.ts';
import { user } from '../../unit/sample-incident.ts';
import { anIncident, givenDatabase, hostile, page } from './given.ts';

export type Trouble =
  /** Asks to come back later. */
  | 'busy'
  /** Fails, and may not the next time. */
  | 'broken'
  /** Says no for good, with a reason of its own. */
  | 'refuses'
  /** Takes it, and the answer is lost. */
  | 'lost'
  /** Never answers. */
  | 'hangs';

export interface Bench {
  /** A pager on this provider; `port` instead of its own, or with credentials that are wrong. */
  open(deps: PagingDeps, options?: { readonly port?: number; readonly stranger?: boolean }): ServicePager;
  /** The next request meets it; while it is in trouble, every one does that is not asked about the past. */
  trouble(kind: Trouble): void;
  /** How often somebody has been reached. */
  reached(): number;
  stop(): Promise<void>;
}

export interface Expected {
  readonly start: () => Promise<Bench>;
  /** What the pager says of itself. */
  readonly by: string;
  /** In an answer to bad credentials. */
  readonly setting: RegExp;
  /** Secrets that no message may hold. */
  readonly secrets: readonly string[];
  /** The words of a refusal. */
  readonly reason: RegExp;
  /** What a check has answered to. */
  readonly answers: RegExp;
  /** Its check does not show who we are. */
  readonly checksPlaceAlone?: boolean;
  /** Whether it says when to come back. */
  readonly retryAfterMs?: number;
  /** Paged once for a level, because it knows itself whom to call. */
  readonly oncePerLevel?: boolean;
  /** How often people are reached when an answer is lost, 1 unless nobody can be asked. */
  readonly afterLoss?: number;
}

const TIMEOUT_MS = 700;

export function everyPager(name: string, expected: Expected): void {
  const { afterLoss = 1 } = expected;
  describe(`${name}, as every pager`, () => {
    const given = givenDatabase();
    let bench: Bench;
    beforeEach(async () => {
      bench = await expected.start();
    });
    afterEach(() => bench.stop());

    const deps = (of: Partial<PagingDeps> = {}): PagingDeps => ({
      deliveries: given().deliveries,
      checkpoint: () => undefined,
      timeoutMs: TIMEOUT_MS,
      ...of,
    });
    const delivery = async (of: Incident) => (await given().deliveries.of(pageKeys(of.id)))[0];
    const failure = async (work: Promise<unknown>): Promise<AdapterError> => {
      const error: unknown = await work.then(
        () => new Error('it was taken'),
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof AdapterError)) throw error;
      for (const secret of expected.secrets) expect(error.message).not.toContain(secret);
      return error;
    };

    test('takes a page and writes down that it did; asked again, it does not send again', async () => {
      const incident = anIncident();
      const pager = bench.open(deps());
      expect(await pager.page(incident, page, user('U1'))).toBe(expected.by);
      expect(await delivery(incident)).toMatchObject({ state: 'sent', takenBy: expected.by });
      expect(await pager.page(incident, page, user('U1'))).toBe(expected.by);
      expect(bench.reached()).toBe(1);
    });

    test('each page of an incident reaches people anew', async () => {
      const incident = anIncident();
      const pager = bench.open(deps());
      await pager.page(incident, page, user('U1'));
      await pager.page(incident, { ...page, attempt: 2 }, user('U1'));
      expect(bench.reached()).toBe(2);
    });

    test(`two responders of a level are ${expected.oncePerLevel ? 'one page to the service' : 'two pages'}`, async () => {
      const incident = anIncident();
      const pager = bench.open(deps());
      await Promise.all([
        pager.page(incident, page, user('U1')),
        pager.page(incident, { ...page, responder: 'user/U2' }, user('U2')),
      ]);
      expect(bench.reached()).toBe(expected.oncePerLevel ? 1 : 2);
    });

    test('while it hangs, most of its pages are put off at once: they take no room from others’', async () => {
      const pager = bench.open(deps());
      for (let times = 0; times < MOST_OF_A_SERVICE; times += 1) bench.trouble('hangs');
      const pages = Array.from({ length: MOST_OF_A_SERVICE + 3 }, () =>
        failure(pager.page(anIncident(), page, user('U1'))),
      );
      const errors = await Promise.all(pages);
      const putOff = errors.filter(({ message }) => message.includes('on their way'));
      expect(putOff.map(({ retryAfterMs }) => retryAfterMs)).toEqual([2000, 2000, 2000]);
      expect(bench.reached()).toBe(0);
    });

    test('two replicas with the same page send it once', async () => {
      const incident = anIncident();
      const [one, other] = [bench.open(deps()), bench.open(deps())];
      await Promise.all([one.page(incident, page, user('U1')), other.page(incident, page, user('U1'))]);
      expect(bench.reached()).toBe(1);
    });

    test('its answer is lost: written down as begun, and people are not reached again where that can be known', async () => {
      const incident = anIncident();
      const pager = bench.open(deps());
      bench.trouble('lost');
      expect(await failure(pager.page(incident, page, user('U1')))).toMatchObject({
        retryable: true,
        fault: 'unreachable',
      });
      expect(await delivery(incident)).toMatchObject({ state: 'begun' });
      expect(await pager.page(incident, page, user('U1'))).toBe(expected.by);
      expect(await delivery(incident)).toMatchObject({ state: 'sent' });
      expect(bench.reached()).toBe(afterLoss);
    });

    test.each([
      ['page-begun', 1],
      ['page-taken', afterLoss],
    ] as const)('the process dies at “%s”: the next one brings it to its end', async (dieAt, times) => {
      const incident = anIncident();
      const dies = bench.open(
        deps({
          checkpoint: (at) => {
            if (at === dieAt) throw new Error('killed');
          },
        }),
      );
      await expect(dies.page(incident, page, user('U1'))).rejects.toThrow('killed');
      expect(await delivery(incident)).toMatchObject({ state: 'begun' });
      expect(await bench.open(deps()).page(incident, page, user('U1'))).toBe(expected.by);
      expect(bench.reached()).toBe(times);
    });

    test('it asks to wait: retryable, with how long where it says so, and known not to have it', async () => {
      const incident = anIncident();
      const pager = bench.open(deps());
      bench.trouble('busy');
      const error = await failure(pager.page(incident, page, user('U1')));
      expect(error).toMatchObject({ retryable: true, fault: 'refused' });
      expect(error.retryAfterMs).toBe(expected.retryAfterMs);
      expect(await delivery(incident)).toMatchObject({ state: 'owed' });
      // Another process does not know of it, or the time is over.
      await bench.open(deps()).page(incident, page, user('U1'));
      expect(bench.reached()).toBe(1);
    });

    const { retryAfterMs } = expected;
    if (retryAfterMs !== undefined)
      test('while it asks to wait, no other page bothers it: each is told how long', async () => {
        const pager = bench.open(deps());
        bench.trouble('busy');
        await failure(pager.page(anIncident(), page, user('U1')));
        const other = await failure(pager.page(anIncident(), page, user('U1')));
        expect(other).toMatchObject({ retryable: true, fault: 'refused' });
        expect(other.retryAfterMs).toBeGreaterThan(0);
        expect(other.retryAfterMs).toBeLessThanOrEqual(retryAfterMs);
        expect(bench.reached()).toBe(0);
      });

    test('it fails: retryable, and taken the next time', async () => {
      const incident = anIncident();
      const pager = bench.open(deps());
      bench.trouble('broken');
      expect(await failure(pager.page(incident, page, user('U1')))).toMatchObject({ retryable: true });
      await pager.page(incident, page, user('U1'));
      expect(bench.reached()).toBe(1);
    });

    test('it refuses: lasting, with its own reason', async () => {
      bench.trouble('refuses');
      const error = await failure(bench.open(deps()).page(anIncident(), page, user('U1')));
      expect(error).toMatchObject({ retryable: false });
      expect(error.message).toMatch(expected.reason);
      expect(bench.reached()).toBe(0);
    });

    test('it does not know us: lasting, with the setting to put right', async () => {
      const error = await failure(
        bench.open(deps(), { stranger: true }).page(anIncident(), page, user('U1')),
      );
      expect(error).toMatchObject({ retryable: false });
      expect(error.message).toMatch(expected.setting);
      expect(bench.reached()).toBe(0);
    });

    test('nobody is there: it cannot be reached', async () => {
      const pager = bench.open(deps(), { port: await freePort() });
      expect(await failure(pager.page(anIncident(), page, user('U1')))).toMatchObject({
        retryable: true,
        fault: 'unreachable',
      });
    });

    test('asked whether it would take a page, it answers, and nobody is reached', async () => {
      expect(await bench.open(deps()).check()).toMatch(expected.answers);
      expect(bench.reached()).toBe(0);
    });

    test('asked so where nobody is, it cannot be reached', async () => {
      const pager = bench.open(deps(), { port: await freePort() });
      expect(await failure(pager.check())).toMatchObject({ fault: 'unreachable' });
    });

    test.skipIf(expected.checksPlaceAlone)(
      'asked so by a stranger, it says no, with the setting',
      async () => {
        const error = await failure(bench.open(deps(), { stranger: true }).check());
        expect(error).toMatchObject({ retryable: false });
        expect(error.message).toMatch(expected.setting);
      },
    );

    test('it never answers: given up in time, while another destination has long taken its page', async () => {
      const other = await expected.start();
      const ends: string[] = [];
      bench.trouble('hangs');
      const slow = failure(bench.open(deps()).page(anIncident(), page, user('U1'))).finally(() =>
        ends.push('slow'),
      );
      await other
        .open(deps())
        .page(anIncident(), page, user('U1'))
        .finally(() => ends.push('other'));
      expect(await slow).toMatchObject({ retryable: true });
      expect(ends).toEqual(['other', 'slow']);
      expect(other.reached()).toBe(1);
      await other.stop();
    });

    test('whatever the texts are, the page is within the provider’s limits', async () => {
      await bench.open(deps()).page(hostile(), page, user('U1'));
      expect(bench.reached()).toBe(1);
    });
  });
}
