/** The dialogs and answers of an incident's life: Slack takes them, whatever titles and names say, and they carry keys alone. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { validateView } from '../../../sandbox/workspace/block-kit.ts';
import { incidentView, livedView } from '../../../src/slack/views/incident-reply.ts';
import { LIFE_VERBS, lifeModal } from '../../../src/slack/views/life-modal.ts';
import { roomName, roomNews, roomTopic } from '../../../src/slack/views/room-news.ts';
import { standing } from '../../../src/slack/views/standing.ts';
import { incident, OPENED } from '../sample-incident.ts';
import { hostileIncident } from './hostile.ts';
import { expectSendable } from './judge.ts';

const CARD = 'https://paksa.slack.test/archives/c1/p1';
const VALUE = 'INC-1::3';

test.each(LIFE_VERBS)('%s: a dialog that Slack takes, with an input', (verb) => {
  const view = lifeModal({ verb, incident: incident(), value: VALUE, others: [incident({ id: 'INC-2' })] });
  expect(validateView(view)).toEqual([]);
  expect(view).toMatchObject({ private_metadata: VALUE, callback_id: `life:${verb}` });
  expect(view.blocks.some(({ type }) => type === 'input')).toBe(true);
});

test('with no other incident open there is nothing to merge into, and nothing to submit', () => {
  const view = lifeModal({ verb: 'merge', incident: incident(), value: VALUE, others: [] });
  expect(validateView(view)).toEqual([]);
  expect(view).not.toHaveProperty('submit');
});

test('where it stands: snoozed until when and by whom, handed to whom, merged into which', () => {
  const snoozed = { until: OPENED, by: 'U1' };
  expect(standing(incident({ status: 'acknowledged', snoozed }))).toMatch(/Snoozed\* by <@U1> until <!date/);
  expect(standing(incident({ handedTo: { user: 'U2', by: 'U1' } }))).toContain('*Handed to* <@U2> by <@U1>');
  const merged = incident({ status: 'resolved', mergedInto: 'INC-2' });
  expect(standing(merged, new Map([['INC-2', CARD]]))).toContain(`<${CARD}|INC-2>`);
});

test('a channel’s name is one that Slack takes, however long the topic is', () => {
  const long = incident({ id: 'INC-123456', topic: 'x'.repeat(100) });
  for (const number of [1, 2, 20]) {
    expect(roomName(long, number)).toMatch(/^inc-123456-x+(-\d+)?$/);
    expect(roomName(long, number).length).toBeLessThanOrEqual(80);
  }
  expect(roomName(incident(), 2)).toBe('inc-1-ssl-2');
});

test('whatever its texts say, Slack takes it, and none of them becomes markup', () => {
  fc.assert(
    fc.property(hostileIncident, (hostile) => {
      for (const view of [incidentView(hostile, CARD), livedView(hostile, 'note', CARD), roomNews(hostile)])
        expectSendable(view);
      expect([...roomTopic(hostile)].length).toBeLessThanOrEqual(250);
      for (const verb of LIFE_VERBS)
        expect(validateView(lifeModal({ verb, incident: hostile, value: VALUE, others: [hostile] }))).toEqual(
          [],
        );
    }),
    { numRuns: 25 },
  );
}, 60_000);
