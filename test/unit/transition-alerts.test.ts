/** Alerts in an incident: they keep it open while they fire, and Paksa looks once for the first and once for the last of them. */
import { describe, expect, test } from 'vitest';
import type { AlertsSeen } from '../../src/incident/alert.ts';
import type { IncidentEvent } from '../../src/incident/event.ts';
import { transition } from '../../src/incident/transition.ts';
import type { Finding } from '../../src/runbook/finding.ts';
import { named, seen } from './sample-alerts.ts';
import { at, finding, follow, incident, OPENED, trying } from './sample-incident.ts';

const HIGH = seen(named('HighErrorRate'));
const ENDED = seen(named('HighErrorRate', 0));
const look = { do: 'diagnose', by: 'alertmanager' };

const opened = (alerts: AlertsSeen = HIGH) =>
  follow(
    incident({ findings: [], undiagnosed: true, openedBy: 'alertmanager' }),
    at({ type: 'opened', severity: 'critical', findings: [], alerts }, OPENED, 'alertmanager'),
  );
const diagnosed = (actor: string, ...findings: readonly Finding[]) =>
  at({ type: 'diagnosed', severity: 'warning', findings, fixes: [] }, OPENED, actor);
const ended = at({ type: 'alert-resolved', alerts: ENDED }, OPENED, 'alertmanager');
const told = (news: string) => ({ do: 'tell', text: { news, by: 'alertmanager' } });
const well = finding('expiry', 'healthy');
const wrong = finding('expiry', 'problem');

test('opened by alerts: they are findings, the ladder is armed, and a look is owed', () => {
  const { next, effects } = opened();
  expect(next).toMatchObject({
    status: 'open',
    alerts: { firing: 1, looking: 'now' },
    findings: [{ check: 'alert/HighErrorRate', status: 'problem', summary: 'HighErrorRate says so' }],
  });
  expect(effects).toEqual([{ do: 'set-timer', timer: 'ladder', due: next.ladder.nextAt }, look]);
});

describe('while one fires', () => {
  test('checks that find nothing do not end it, and the thread says so', () => {
    const { next, effects } = follow(opened().next, diagnosed('alertmanager', well));
    expect(next).toMatchObject({ status: 'open', severity: 'critical', alerts: { firing: 1 } });
    expect(next.alerts).not.toHaveProperty('looking');
    expect(next.findings.map(({ check }) => check)).toEqual(['expiry', 'alert/HighErrorRate']);
    expect(effects).toEqual([told('alerts-unseen')]);
  });

  test('somebody else’s look does not end it either, nor does it count for the one that is owed', () => {
    const { next, effects } = follow(opened().next, diagnosed('paksa', well));
    expect(next).toMatchObject({ status: 'open', alerts: { looking: 'now' } });
    expect(effects).toEqual([]);
  });

  test('a fix that helped does not end it', () => {
    const { next } = follow(
      trying('verifying'),
      at({ type: 'alerted', alerts: HIGH, joined: ['HighErrorRate'] }),
      at({ type: 'verified', fix: 'renew', round: 2, passed: true, findings: [well] }),
    );
    expect(next).toMatchObject({ status: 'open', attempts: { renew: { stage: 'succeeded' } } });
  });

  test('a warning makes a critical problem no lesser one, and a critical alert makes the incident critical', () => {
    const lesser = seen(named('A', 1, { severity: 'warning' }));
    const minor = incident({ severity: 'warning', findings: [{ ...wrong, severity: 'warning' }] });
    const joined = (alerts: AlertsSeen) =>
      follow(minor, at({ type: 'alerted', alerts, joined: ['A'] })).next.severity;
    expect([joined(lesser), joined(HIGH)]).toEqual(['warning', 'critical']);
    expect(follow(opened(lesser).next, diagnosed('alertmanager', wrong)).next.severity).toBe('critical');
  });

  test('others join without another look, and an answered incident stays answered', () => {
    const both = seen(named('HighErrorRate'), named('Slow', 2));
    const { next, effects } = follow(
      opened().next,
      at({ type: 'acknowledged' }),
      at({ type: 'alerted', alerts: both, joined: ['Slow'] }),
    );
    expect(next).toMatchObject({ status: 'acknowledged', alerts: { firing: 3, looking: 'now' } });
    expect(next.findings).toMatchObject([
      { summary: 'HighErrorRate says so' },
      { summary: 'Slow says so (2 fire)' },
    ]);
    expect(effects).toEqual([]);
  });
});

describe('once none fires', () => {
  const looked = () => follow(opened().next, diagnosed('alertmanager', wrong)).next;

  test('Paksa looks, and all healthy ends the incident by whoever sent the alert', () => {
    const over = follow(looked(), ended);
    expect(over).toMatchObject({ next: { status: 'open', alerts: { looking: 'now' } }, effects: [look] });
    const { next, effects } = follow(over.next, diagnosed('alertmanager', well));
    expect(next).toMatchObject({ status: 'resolved', answeredBy: 'alertmanager' });
    expect(effects).toEqual([told('alerts-over')]);
  });

  test.each([
    ['a problem', [wrong], 'alerts-problem-left'],
    ['something that could not be looked at', [finding('expiry', 'inconclusive')], 'alerts-unknown-left'],
    ['nothing at all', [], 'alerts-unknown-left'],
  ])('%s keeps it open, and the thread says why', (_, findings, news) => {
    const { next, effects } = follow(looked(), ended, diagnosed('alertmanager', ...findings));
    expect(next.status).toBe('open');
    expect(effects).toContainEqual(told(news));
  });

  test('before the first look has ended, a second one follows it', () => {
    const waiting = follow(opened().next, ended);
    expect(waiting).toMatchObject({
      next: { alerts: { looking: 'again' } },
      effects: expect.not.arrayContaining([look]),
    });
    const { next, effects } = follow(waiting.next, diagnosed('alertmanager', wrong));
    expect(next).toMatchObject({ status: 'open', alerts: { looking: 'now' } });
    expect(effects).toEqual([look]);
  });

  test('a fix under way is waited for: its verification ends the incident', () => {
    const busy = follow(
      trying('verifying'),
      at({ type: 'alerted', alerts: HIGH, joined: ['HighErrorRate'] }),
      ended,
      diagnosed('alertmanager', well),
    ).next;
    expect(busy.status).toBe('open');
    const { next } = follow(
      busy,
      at({ type: 'verified', fix: 'renew', round: 2, passed: true, findings: [well] }),
    );
    expect(next.status).toBe('resolved');
  });

  test('it cannot end twice, and an incident without alerts has none to end', () => {
    expect(transition(follow(looked(), ended).next, ended)).toMatchObject({ moved: false });
    expect(transition(incident(), ended)).toMatchObject({ moved: false });
  });

  test('what fires anew keeps it open again', () => {
    const again: IncidentEvent = { type: 'alerted', alerts: HIGH, joined: ['HighErrorRate'] };
    const { next } = follow(looked(), ended, at(again), diagnosed('alertmanager', well));
    expect(next).toMatchObject({ status: 'open', alerts: { firing: 1 } });
  });
});

test('a resolved incident takes no alerts: they open another one', () => {
  const resolved = incident({ status: 'resolved' });
  expect(transition(resolved, at({ type: 'alerted', alerts: HIGH, joined: [] }))).toMatchObject({
    moved: false,
  });
});
