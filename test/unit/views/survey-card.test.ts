/** The card of everything at once: how far it is, the worst first, what causes what. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Survey, SurveyedTopic } from '../../../src/engine/ports.ts';
import { ranked } from '../../../src/engine/survey.ts';
import type { Finding } from '../../../src/runbook/finding.ts';
import { decodeLook } from '../../../src/slack/views/button-value.ts';
import { surveyCard } from '../../../src/slack/views/survey-card.ts';
import { finding } from '../sample-incident.ts';
import { runbook } from '../sample-runbook.ts';
import { hostileFinding, hostileText } from './hostile.ts';
import { buttonsIn, expectSendable, reads } from './judge.ts';

const LINK = 'https://paksa.slack.test/archives/c1/p1';

const TOPICS = new Map(
  [runbook('database', { explains: ['api'] }), runbook('api'), runbook('ssl'), runbook('redis')].map(
    (each) => [each.topic, each],
  ),
);

const look = (topic: string, ...findings: readonly Finding[]): SurveyedTopic => ({
  topic,
  title: `About ${topic}`,
  findings,
  skipped: [],
  tookMs: 1200,
});
const finished = (...looks: readonly SurveyedTopic[]): Survey => ({
  id: 'S1',
  environment: 'production',
  requestedBy: 'U1',
  channel: 'C1',
  state: 'finished',
  of: looks.length,
  ...ranked(looks, TOPICS),
});
const card = (survey: Survey, links = new Map<string, string>()) => {
  const view = surveyCard(survey, links);
  expectSendable(view);
  return view;
};

const critical = (id: string): Finding => ({ ...finding(id, 'problem'), summary: `${id} is broken` });
const warning = (id: string): Finding => ({ ...critical(id), severity: 'warning' });

test('while it looks: how far it is, and what is wrong already', () => {
  const running: Survey = { ...finished(look('api', critical('verify'))), state: 'running', of: 4 };
  expect(reads(card(running))).toMatch(/1 of 4 topics[\s\S]*verify is broken/);
});

describe('when it has looked', () => {
  test('the worst is first, and of equals the cause before what it explains', () => {
    const { topics, causes, explainedBy } = finished(
      look('redis', finding('ping', 'healthy')),
      look('ssl', warning('expiry')),
      look('api', critical('timing')),
      look('database', critical('login')),
    );
    expect(topics.map(({ topic }) => topic)).toEqual(['database', 'api', 'ssl', 'redis']);
    expect({ causes, explainedBy }).toEqual({
      causes: ['database', 'ssl'],
      explainedBy: { api: ['database'] },
    });
  });

  test('the probable cause is named, with its incident; what it explains can be opened by itself', () => {
    const survey = finished(look('api', critical('timing')), look('database', critical('login')));
    const opened = survey.topics.map((each) =>
      each.topic === 'database' ? { ...each, incident: 'INC-7' } : each,
    );
    const view = card({ ...survey, topics: opened }, new Map([['INC-7', LINK]]));
    expect(reads(view)).toContain('2 topics with a problem, probably because of *About database*');
    expect(reads(view)).toContain(`*About database* · <${LINK}|INC-7>`);
    expect(reads(view)).toContain('*About api* · probably because of About database');
    expect(buttonsIn(view.blocks).map(({ value }) => decodeLook(value))).toEqual([
      { topic: 'api', environment: 'production' },
    ]);
  });

  test('what could not be looked at is no all-clear; what is not configured is only named', () => {
    const blind = finished(look('api', finding('timing', 'inconclusive')), look('redis'));
    expect(reads(card(blind))).toMatch(
      /not everything could be looked at[\s\S]*not configured here: About redis/,
    );
    const well = finished(look('api', finding('timing', 'healthy')), look('redis'));
    expect(reads(card(well))).toContain('✅ healthy');
    expect(reads(card(finished(look('redis'))))).not.toContain('✅');
  });
});

test('whatever adapters say, it can be sent', () => {
  const looks = fc.uniqueArray(
    fc.record({
      topic: fc.constantFrom('database', 'api', 'ssl', 'redis'),
      title: hostileText,
      findings: fc.array(hostileFinding, { maxLength: 12 }),
      skipped: fc.constant([]),
      tookMs: fc.nat(),
    }),
    { maxLength: 12, selector: ({ topic }) => topic },
  );
  fc.assert(
    fc.property(looks, fc.constantFrom('production', 'p'.repeat(40)), (topics, environment) => {
      card({ ...finished(...topics), environment });
    }),
  );
});
