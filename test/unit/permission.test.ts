/** Who may approve, deny, undo, acknowledge and resolve; and that whoever may not is told who may. */
import { describe, expect, test } from 'vitest';
import { armed, type Ladder } from '../../src/policy/ladder.ts';
import {
  type Actor,
  mayAnswer,
  mayBreakGlass,
  mayDecide,
  mayDeny,
  type Standing,
} from '../../src/policy/permission.ts';
import type { ApprovalPolicy } from '../../src/policy/policy.ts';
import { mayOverride } from '../../src/policy/realm.ts';
import type { Schedule } from '../../src/policy/schedule.ts';
import { channel, escalation, group, level, OPENED, user } from './sample-incident.ts';

const levels = [level([user('UDEV'), group('SDEV')]), level([user('UOPS'), channel('COPS')]), level([])];

const standing = (approval: Partial<ApprovalPolicy> = {}, paged: Ladder['paged'] = {}): Standing => ({
  topic: 'ssl',
  policy: {
    escalation: escalation({ levels }),
    approval: {
      approvers: [user('UAPPROVER'), group('SAPPROVERS')],
      expiresMs: 1,
      selfApproval: false,
      ...approval,
    },
  },
  ladder: { ...armed(escalation({ levels }), OPENED), paged },
  openedBy: 'UOPENER',
});

const somebody = (id: string, ...groups: readonly string[]): Actor => ({ id, groups });
const decides = (held: Standing, actor: Actor, request?: Parameters<typeof mayDecide>[3]) =>
  mayDecide(held, actor, 'renew', request);
const denies = (held: Standing, actor: Actor, requestedBy: string) =>
  mayDeny(held, actor, 'renew', requestedBy);
const breaks = (held: Standing, actor: Actor) => mayBreakGlass(held, actor, 'renew');
/** A request that one person decides on. */
const asked = (requestedBy: string) => ({ requestedBy, takesTwo: false });
const APPROVER = somebody('UAPPROVER');
const STRANGER = somebody('USTRANGER', 'SOTHER');

describe('approving', () => {
  const MAY: readonly (readonly [string, Actor, Ladder['paged']])[] = [
    ['an approver', APPROVER, {}],
    ['somebody in an approvers’ group', somebody('UANY', 'SOTHER', 'SAPPROVERS'), {}],
    ['somebody of a level that has been paged', somebody('UDEV'), { 1: 1 }],
    ['somebody in a group of a level that has been paged', somebody('UANY', 'SDEV'), { 1: 1 }],
    ['a level below the one paged last', somebody('UDEV'), { 1: 2, 2: 1 }],
    ['somebody in a terminal on Paksa’s machine', somebody('cli:root'), {}],
  ];
  test.each(MAY)('%s may', (_, actor, paged) => {
    expect(decides(standing({}, paged), actor, asked('UREQUESTER'))).toEqual({ allowed: true });
  });

  const MAY_NOT: readonly (readonly [string, Actor, Ladder['paged']])[] = [
    ['a stranger', STRANGER, { 1: 1, 2: 1 }],
    ['who opened the incident', somebody('UOPENER'), { 1: 1 }],
    ['somebody of a level not paged yet', somebody('UOPS'), { 1: 1 }],
    ['somebody whose level was never reached', somebody('UDEV'), {}],
    ['a member of a channel that was paged', somebody('UANY', 'COPS'), { 2: 1 }],
    ['somebody whose own id is that of a group', somebody('SAPPROVERS'), {}],
    ['a group that has the id of an approver', somebody('UANY', 'UAPPROVER'), {}],
    ['nobody', somebody(''), {}],
  ];
  test.each(MAY_NOT)('%s may not', (_, actor, paged) => {
    expect(decides(standing({}, paged), actor, asked('UREQUESTER'))).toMatchObject({
      allowed: false,
      why: 'You are not among the approvers.',
    });
  });

  test('a refusal names the approvers and the levels paged, and no channel', () => {
    expect(decides(standing({}, { 2: 1 }), STRANGER, asked('UREQUESTER'))).toEqual({
      allowed: false,
      who: [user('UAPPROVER'), group('SAPPROVERS'), user('UOPS')],
      why: 'You are not among the approvers.',
    });
  });

  test('a channel among the approvers gives nobody the right', () => {
    const odd = standing({ approvers: [channel('COPS')] });
    expect(decides(odd, somebody('UANY', 'COPS'))).toMatchObject({ allowed: false, who: [] });
  });
});

describe('what oneself asked for', () => {
  test('an approver does not approve, and is told who else may', () => {
    expect(decides(standing(), APPROVER, asked(APPROVER.id))).toEqual({
      allowed: false,
      who: [group('SAPPROVERS')],
      why: 'You asked for this fix, so somebody else decides.',
    });
  });

  test('nor does an approver by group or by level', () => {
    const held = standing({}, { 1: 1 });
    for (const actor of [somebody('UANY', 'SAPPROVERS'), somebody('UDEV')])
      expect(decides(held, actor, asked(actor.id)).allowed).toBe(false);
  });

  test('where self-approval is allowed, an approver does, a stranger still does not', () => {
    const held = standing({ selfApproval: true });
    expect(decides(held, APPROVER, asked(APPROVER.id)).allowed).toBe(true);
    expect(decides(held, STRANGER, asked(STRANGER.id))).toMatchObject({
      allowed: false,
      why: 'You are not among the approvers.',
    });
  });

  test('in a terminal, one approves oneself', () => {
    expect(decides(standing(), somebody('cli:root'), asked('cli:root')).allowed).toBe(true);
  });

  test('an approver takes back: an undo is nobody’s request', () => {
    expect(decides(standing(), APPROVER).allowed).toBe(true);
  });
});

describe('denying', () => {
  test.each([
    ['who asked for it', somebody('UREQUESTER')],
    ['an approver', APPROVER],
    ['somebody in a terminal', somebody('cli:root')],
  ])('%s may', (_, actor) => {
    expect(denies(standing(), actor, 'UREQUESTER')).toEqual({ allowed: true });
  });

  test('a stranger may not, and is told who may', () => {
    expect(denies(standing(), STRANGER, 'UREQUESTER')).toMatchObject({
      allowed: false,
      who: [user('UAPPROVER'), group('SAPPROVERS')],
    });
  });
});

describe('acknowledging and resolving', () => {
  test.each([
    ['who opened it', somebody('UOPENER')],
    ['an approver', APPROVER],
    ['somebody of any level, paged or not', somebody('UOPS')],
    ['somebody in a group of any level', somebody('UANY', 'SDEV')],
    ['somebody in a terminal', somebody('cli:root')],
  ])('%s may', (_, actor) => {
    expect(mayAnswer(standing(), actor)).toEqual({ allowed: true });
  });

  test.each([
    ['a stranger', STRANGER],
    ['a member of a channel on the ladder', somebody('UANY', 'COPS')],
  ])('%s may not, and is told who may', (_, actor) => {
    expect(mayAnswer(standing(), actor)).toEqual({
      allowed: false,
      who: [user('UAPPROVER'), group('SAPPROVERS'), user('UDEV'), group('SDEV'), user('UOPS')],
      why: 'You are not on this incident’s ladder.',
    });
  });
});

describe('a schedule', () => {
  const held = (paged: Ladder['paged'], reached?: Standing['reached']): Standing => {
    const ladder = escalation({ levels: [level([{ kind: 'schedule', id: 'primary' }]), level([])] });
    const { policy, ...rest } = standing({}, paged);
    return { ...rest, policy: { ...policy, escalation: ladder }, ...(reached ? { reached } : {}) };
  };
  const onCall: Actor = { id: 'UONCALL', groups: [], schedules: ['primary'] };

  test('of a level that was called: who is on call in it now may decide', () => {
    expect(decides(held({ 1: 1 }), onCall, asked('UREQUESTER')).allowed).toBe(true);
  });

  const MAY_NOT: readonly (readonly [string, Actor, Ladder['paged']])[] = [
    ['whoever is on call elsewhere', { ...onCall, schedules: ['secondary'] }, { 1: 1 }],
    ['whoever was not looked up', somebody('UONCALL'), { 1: 1 }],
    ['whose group has the schedule’s name', somebody('UANY', 'primary'), { 1: 1 }],
    ['who is on call, before the level was called', onCall, {}],
  ];
  test.each(MAY_NOT)('%s may not', (_, actor, paged) => {
    expect(decides(held(paged), actor, asked('UREQUESTER')).allowed).toBe(false);
  });

  test('is named in the refusal, once its level was called', () => {
    expect(decides(held({ 1: 1 }), STRANGER, asked('UREQUESTER'))).toMatchObject({
      who: expect.arrayContaining([{ kind: 'schedule', id: 'primary' }]),
    });
  });

  test('who was paged and has been relieved since may answer, and not decide', () => {
    const relieved = somebody('URELIEVED');
    expect(mayAnswer(held({ 1: 1 }, [{ user: 'URELIEVED' }]), relieved).allowed).toBe(true);
    expect(decides(held({ 1: 1 }, [{ user: 'URELIEVED' }]), relieved).allowed).toBe(false);
    expect(mayAnswer(held({ 1: 1 }), relieved).allowed).toBe(false);
  });
});

describe('overriding', () => {
  const schedule: Schedule = {
    name: 'primary',
    timeZone: 'Europe/Berlin',
    layers: [
      { users: ['UA', 'UB'], turnHours: 24, start: '2026-01-05', handover: { at: '09:00' }, only: [] },
      { users: ['UB'], turnHours: 24, start: '2026-01-05', handover: { at: '09:00' }, only: [] },
    ],
  };
  const approvers = [user('UAPPROVER'), group('SAPPROVERS')];

  test.each([
    ['somebody of any layer', somebody('UB')],
    ['an approver', APPROVER],
    ['an approver by group', somebody('UANY', 'SAPPROVERS')],
    ['who stands in now', { id: 'UANY', groups: [], schedules: ['primary'] }],
    ['somebody in a terminal', somebody('cli:root')],
  ])('%s may', (_, actor) => {
    expect(mayOverride(schedule, approvers, actor).allowed).toBe(true);
  });

  test('nobody else may put themselves on call, and with it among those who approve', () => {
    expect(mayOverride(schedule, approvers, STRANGER)).toEqual({
      allowed: false,
      who: [user('UA'), user('UB'), ...approvers],
      why: 'You are not in the schedule “primary”, and not an approver.',
    });
  });
});

describe('what takes two people', () => {
  const two = (requestedBy: string) => ({ requestedBy, takesTwo: true });

  test('an approver is one of them; who asked is none, whatever else is allowed', () => {
    expect(decides(standing(), APPROVER, two('UREQUESTER')).allowed).toBe(true);
    for (const held of [standing(), standing({ selfApproval: true })])
      expect(decides(held, APPROVER, two(APPROVER.id))).toMatchObject({ who: [group('SAPPROVERS')] });
  });

  test('a terminal is somebody as well', () => {
    const terminal = somebody('cli:root');
    expect(decides(standing(), terminal, two('UREQUESTER')).allowed).toBe(true);
    expect(decides(standing(), terminal, two(terminal.id))).toMatchObject({ allowed: false });
  });
});

describe('breaking the glass', () => {
  const provided = standing({ breakGlass: { reviewWithinMs: 1 } });

  test('is for approvers, whoever is on the ladder, called or not, and a terminal', () => {
    for (const actor of [
      APPROVER,
      somebody('UDEV'),
      somebody('UOPS'),
      somebody('UANY', 'SDEV'),
      somebody('cli:root'),
    ])
      expect(breaks(provided, actor)).toEqual({ allowed: true });
  });

  test('is not for strangers, nor for who opened the incident', () => {
    for (const actor of [STRANGER, somebody('UOPENER'), somebody('')])
      expect(breaks(provided, actor)).toMatchObject({ allowed: false, who: expect.any(Array) });
  });

  test('is for nobody in Slack where it is not provided for', () => {
    expect(breaks(standing(), APPROVER)).toMatchObject({
      why: expect.stringContaining('approvals.breakGlass'),
    });
    expect(breaks(standing(), somebody('cli:root')).allowed).toBe(true);
  });
});
