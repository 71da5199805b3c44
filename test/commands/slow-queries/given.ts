/** Sessions that hold each other up, as the checks of the topic `slow-queries` are shown them. */
import type { Session } from '../../../src/adapters/postgres/port.ts';
import type { Given } from '../context.ts';
import { idle, session } from '../sessions.ts';

export const at = (...sessions: Session[]): Given => ({ postgres: { sessions: async () => sessions } });

export const blocker = (minutes: number, of: Partial<Session> = {}) => idle(10, minutes, of);
export const waiter = (pid: number, minutes: number, blockedBy: readonly number[] = [10]) =>
  session(pid, minutes, { blockedBy });
