/** Roles, as paksa.yaml gives them: each may what those before it may, in all of an environment or for some of its topics and fixes. */
import type { Grantee } from './policy.ts';

export const ROLES = ['viewer', 'responder', 'approver', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Grant {
  readonly role: Role;
  readonly who: Grantee;
  /** All of them when absent. */
  readonly topics?: readonly string[];
  readonly fixes?: readonly string[];
}

/** What is to be done with; what is left out is all of it. */
export interface About {
  readonly topic?: string | undefined;
  readonly fix?: string | undefined;
}

const rank = (role: Role): number => ROLES.indexOf(role);

/** Where a role is limited to some fixes, the rest of the topic may be seen, and no more. */
const covers = ({ topics, fixes }: Grant, least: Role, { topic, fix }: About): boolean =>
  (topics === undefined || (topic !== undefined && topics.includes(topic))) &&
  (fixes === undefined || least === 'viewer' || (fix !== undefined && fixes.includes(fix)));

/** Those who have this role, or more, for that. */
export const holders = (grants: readonly Grant[] = [], least: Role, about: About = {}): readonly Grantee[] =>
  grants
    .filter((grant) => rank(grant.role) >= rank(least) && covers(grant, least, about))
    .map(({ who }) => who);

/** Whether only some have this role: one that nobody was given is everybody's, up to asking for fixes. */
export const isGiven = (grants: readonly Grant[] = [], role: 'viewer' | 'responder'): boolean =>
  grants.some((grant) => grant.role === role);
