/** Roles: what each may, for which topics and fixes; and that where nobody was given one, all is as it was. */
import { describe, expect, test } from 'vitest';
import {
  type Actor,
  mayAnswer,
  mayAsk,
  mayBreakGlass,
  mayDecide,
  mayLook,
  type Standing,
  sceneOf,
} from '../../src/policy/permission.ts';
import { leadersOf, maySilence, sceneIn } from '../../src/policy/realm.ts';
import type { Grant } from '../../src/policy/roles.ts';
import { escalation, group, incident, level, policy, user } from './sample-incident.ts';
import { load, MINIMAL, problems } from './written-config.ts';

const GRANTS: readonly Grant[] = [
  { role: 'viewer', who: { kind: 'domain', id: 'paksa.example.com' } },
  { role: 'responder', who: user('URESPONDER') },
  { role: 'approver', who: user('USSL'), topics: ['ssl'] },
  { role: 'approver', who: group('SRENEW'), topics: ['ssl'], fixes: ['renew'] },
  { role: 'admin', who: user('UADMIN') },
];
const somebody = (id: string, of: Partial<Actor> = {}): Actor => ({ id, groups: [], ...of });
const COLLEAGUE = somebody('UCOLLEAGUE', { domain: 'paksa.example.com' });
const RENEWER = somebody('URENEWER', { groups: ['SRENEW'] });
const STRANGER = somebody('USTRANGER', { domain: 'paksa.example.com.evil.org' });
const ON_LADDER = somebody('U3');

const standing = (roles: readonly Grant[], topic = 'ssl'): Standing =>
  incident({
    topic,
    policy: { ...policy({ levels: [level([user('U3')])] }), roles },
  });
const given = standing(GRANTS);
const others = standing(GRANTS, 'slow-queries');

const MAY = {
  look: (held: Standing, actor: Actor) => mayLook(sceneOf(held), actor).allowed,
  ask: (held: Standing, actor: Actor) => mayAsk(sceneOf(held), actor, 'renew').allowed,
  answer: (held: Standing, actor: Actor) => mayAnswer(held, actor).allowed,
  decide: (held: Standing, actor: Actor) => mayDecide(held, actor, 'renew').allowed,
};
const what = (held: Standing, actor: Actor) =>
  Object.entries(MAY).flatMap(([name, may]) => (may(held, actor) ? [name] : []));

describe('of a topic', () => {
  test.each([
    ['a stranger', STRANGER, []],
    ['a viewer, by the domain of their address', COLLEAGUE, ['look']],
    ['a responder', somebody('URESPONDER'), ['look', 'ask', 'answer']],
    ['an approver of the topic', somebody('USSL'), ['look', 'ask', 'answer', 'decide']],
    ['an approver of the fix', RENEWER, ['look', 'ask', 'decide']],
    ['an admin', somebody('UADMIN'), ['look', 'ask', 'answer', 'decide']],
    ['whoever is on the ladder', ON_LADDER, ['look', 'ask', 'answer']],
    ['an approver of everything', somebody('UAPPROVER'), ['look', 'ask', 'answer', 'decide']],
    ['a terminal', somebody('cli:root'), ['look', 'ask', 'answer', 'decide']],
  ])('%s', (_, actor, may) => {
    expect(what(given, actor)).toEqual(may);
  });

  test.each([
    ['an approver of another topic', somebody('USSL'), []],
    ['an approver of another topic’s fix', RENEWER, []],
    ['a viewer of all', COLLEAGUE, ['look']],
    ['an admin', somebody('UADMIN'), ['look', 'ask', 'answer', 'decide']],
  ])('of another one: %s', (_, actor, may) => {
    expect(what(others, actor)).toEqual(may);
  });

  test('another fix than theirs is not for them', () => {
    expect(mayDecide(given, RENEWER, 'restart').allowed).toBe(false);
    expect(mayAsk(sceneOf(given), RENEWER, 'restart').allowed).toBe(false);
    expect(mayAsk(sceneOf(given), RENEWER).allowed).toBe(false);
  });

  test('a refusal names who may', () => {
    expect(mayLook(sceneOf(given), STRANGER)).toMatchObject({
      who: expect.arrayContaining([{ kind: 'domain', id: 'paksa.example.com' }, user('U3')]),
    });
  });
});

test('where no viewers and no responders are named, everybody looks and asks, and decides no more than before', () => {
  for (const held of [standing([]), standing([{ role: 'approver', who: user('USSL') }])])
    expect(what(held, STRANGER)).toEqual(['look', 'ask']);
});

test('where only viewers are named, they ask as well', () => {
  expect(what(standing([GRANTS[0] as Grant]), COLLEAGUE)).toEqual(['look', 'ask']);
  expect(what(standing([GRANTS[0] as Grant]), STRANGER)).toEqual([]);
});

test('glass is broken by those who may approve the fix', () => {
  const { policy: lives } = given;
  const provided = {
    ...given,
    policy: { ...lives, approval: { ...lives.approval, breakGlass: { reviewWithinMs: 1 } } },
  };
  expect(mayBreakGlass(provided, RENEWER, 'renew').allowed).toBe(true);
  expect(mayBreakGlass(provided, RENEWER, 'restart').allowed).toBe(false);
  expect(mayBreakGlass(provided, somebody('URESPONDER'), 'renew').allowed).toBe(false);
});

test('in the environment: responders silence, their topics alone where they are limited; admins are leaders', () => {
  const realm = {
    policy: given.policy,
    ladders: { default: escalation({ levels: [level([user('U3')])] }), named: new Map(), rules: [] },
  };
  expect(maySilence(realm, somebody('URESPONDER')).allowed).toBe(true);
  expect(maySilence(realm, somebody('USSL'), 'ssl').allowed).toBe(true);
  expect(maySilence(realm, somebody('USSL')).allowed).toBe(false);
  expect(maySilence(realm, COLLEAGUE, 'ssl').allowed).toBe(false);
  expect(leadersOf(realm.policy)).toEqual([user('UAPPROVER'), user('UADMIN')]);
  expect(mayLook(sceneIn(realm, 'ssl'), STRANGER).allowed).toBe(false);
  expect(mayLook(sceneIn(realm, 'ssl'), ON_LADDER).allowed).toBe(true);
});

describe('as they are written', () => {
  const WRITTEN = `${MINIMAL}
roles:
  - { role: viewer, to: { domain: paksa.example.com } }
  - { role: approver, to: { usergroup: S012AB3CD }, topics: [ssl], fixes: [renew] }
`;

  test('they are of every environment that has none of its own', () => {
    expect(load(WRITTEN).environments[0].policy.roles).toEqual([
      { role: 'viewer', who: { kind: 'domain', id: 'paksa.example.com' } },
      { role: 'approver', who: group('S012AB3CD'), topics: ['ssl'], fixes: ['renew'] },
    ]);
    expect(load(MINIMAL).environments[0].policy).not.toHaveProperty('roles');
  });

  test.each([
    ['a role that is none', 'role: viewer', 'role: boss', 'roles[0].role', /one of viewer, responder/],
    [
      'an address for a domain',
      'paksa.example.com',
      'ana@paksa.example.com',
      'roles[0].to.domain',
      /the domain of/,
    ],
    ['a channel', 'usergroup: S012AB3CD', 'channel: C012AB3CD', 'roles[1].to.channel', /is not a key here/],
    ['nobody', '{ domain: paksa.example.com }', '{}', 'roles[0].to', /must be one of/],
  ])('%s is refused', (_, right, wrong, path, message) => {
    expect(problems(WRITTEN.replace(right, wrong))).toMatchObject({ [path]: expect.stringMatching(message) });
  });
});
