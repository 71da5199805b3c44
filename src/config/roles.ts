/** What paksa.yaml says of roles: who may look, ask, approve and administer, and for what. */
import { z } from 'zod';
import { type Grant, ROLES } from '../policy/roles.ts';
import { names } from './fields.ts';
import { block, must } from './refusal.ts';
import { oneOf } from './who.ts';

const grant = block({
  role: z.enum(ROLES, must(`one of ${ROLES.join(', ')}`)),
  to: oneOf('user', 'usergroup', 'domain'),
  topics: names('a topic, such as ssl').optional(),
  fixes: names('a fix, such as renew').optional(),
}).transform(
  ({ to, topics, fixes, role }): Grant => ({
    role,
    who: to,
    ...(topics ? { topics } : {}),
    ...(fixes ? { fixes } : {}),
  }),
);

export const roles = z.array(grant, must('a list of { role, to }'));
