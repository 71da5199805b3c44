/** Silences as people see them: listed, announced, asked about, and the dialog; whatever is written into them. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateView } from '../../../sandbox/workspace/block-kit.ts';
import type { RecordedSilence } from '../../../src/engine/ports.ts';
import { incidentCard } from '../../../src/slack/views/incident-card.ts';
import { announcedView, silencedView, silencesView, unsureView } from '../../../src/slack/views/silence.ts';
import { silenceModal } from '../../../src/slack/views/silence-modal.ts';
import { silenceLine } from '../../../src/slack/views/silence-news.ts';
import { incident, MINUTE, OPENED } from '../sample-incident.ts';
import { hostileText } from './hostile.ts';
import { buttonsIn, expectHarmless, expectSendable, reads } from './judge.ts';

const ENDS = OPENED + 60 * MINUTE;
const silence = (of: Partial<RecordedSilence> = {}): RecordedSilence => ({
  ...{ id: '7', environment: 'production', labels: {}, from: OPENED, to: ENDS, reason: 'upgrade' },
  ...{ madeBy: 'U1', madeAt: OPENED, isConfirmed: true },
  ...of,
});
const quiet = (...silences: readonly RecordedSilence[]) => ({ at: OPENED, silences, windows: [] });

test('what is silenced, each with a button that ends it; more than fit are counted', () => {
  const view = silencesView(quiet(silence(), silence({ id: '8', from: OPENED + MINUTE, topic: 'ssl' })));
  expectSendable(view);
  expect(view.text).toBe('1 in force, 1 coming');
  expect(reads(view)).toMatch(/every topic[\s\S]*until[\s\S]*upgrade[\s\S]*ssl[\s\S]*from/);
  expect(buttonsIn(view)).toEqual([
    { actionId: 'silence:end:7', value: '7' },
    { actionId: 'silence:end:8', value: '8' },
    { actionId: 'silence:new', value: '' },
  ]);
  const many = Array.from({ length: 40 }, (_, index) => silence({ id: `${index}` }));
  expect(reads(silencesView(quiet(...many)))).toContain('and 28 more');
  expect(reads(silencesView(quiet()))).toContain('Nothing is silenced');
});

test('a window has its name and no button', () => {
  const window = { name: 'deploys', reason: 'weekly', topics: ['ssl'], times: { once: { from: 0, to: 1 } } };
  const period = { id: 'window/deploys/0', from: OPENED, to: ENDS, reason: 'weekly' };
  const view = silencesView({ at: OPENED, silences: [], windows: [{ window, period }] });
  expectSendable(view);
  expect(reads(view)).toMatch(/every environment[\s\S]*maintenance window deploys/);
  expect(buttonsIn(view)).toEqual([{ actionId: 'silence:new', value: '' }]);
});

test('ended, it says by whom, and has no button any more', () => {
  const view = announcedView(silence({ endedBy: 'U2' }));
  expect(reads(view)).toContain('<@U2> ended it');
  expect(buttonsIn(view)).toEqual([]);
});

test('what is open is named before it is silenced', () => {
  const view = unsureView(silence(), [incident()]);
  expect(reads(view)).toMatch(/1 incident open would be silenced[\s\S]*INC-1/);
  expect(buttonsIn(view)).toEqual([{ actionId: 'silence:sure:7', value: '7' }]);
});

test('the card says until when, why, and by whom', () => {
  const period = { id: 'silence/7', from: OPENED, to: ENDS, reason: 'upgrade', by: 'U9' };
  const { nextAt: _, ...ladder } = { ...incident().ladder, state: 'stopped' as const };
  const silencing = { periods: [period], lifted: [], until: ENDS, nextAt: ENDS };
  const card = incidentCard(incident({ ladder, silence: silencing }));
  expectSendable(card);
  expect(reads(card)).toMatch(/Silenced until[\s\S]*upgrade[\s\S]*<@U9>/);
});

test('the dialog has what was typed, and no length that is too long', () => {
  const dialog = { environments: ['production', 'staging'], topics: ['ssl'], longestMs: 2 * 60 * MINUTE };
  const view = silenceModal({ ...dialog, environment: 'staging', topic: 'ssl', to: ENDS, reason: 'known' });
  expect(validateView(view)).toEqual([]);
  const all = reads(view);
  expect(all).toContain('2 hours');
  expect(all).not.toContain('4 hours');
  expect(all).toContain('known');
});

test('whatever is written into one, Slack takes it and no markup comes of it', () => {
  fc.assert(
    fc.property(hostileText, hostileText, (one, other) => {
      const written = silence({ reason: one, topic: other, environment: one, labels: { [one]: other } });
      for (const view of [
        announcedView(written),
        silencedView(written),
        silencesView(quiet(...Array.from({ length: 12 }, () => written))),
        unsureView(written, [incident({ title: one })]),
      ])
        expectSendable(view);
      expectHarmless(silenceLine({ news: 'silenced', until: ENDS, reason: one, by: 'U1' }));
      expectHarmless(silenceLine({ news: 'kept-quiet', why: one, until: ENDS }));
      const topics = ['ssl'];
      const view = silenceModal({
        environments: ['x'],
        topics,
        longestMs: MINUTE,
        reason: one,
        labels: other,
      });
      expect(validateView(view)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
