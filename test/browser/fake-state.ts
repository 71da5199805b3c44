/** The people, places and things of the page's tests. */
import type { PageState, StackState } from '../../sandbox/page/api.ts';

const person = (id: string, name: string, realName: string, role: string, isBot = false) => ({
  id,
  name,
  realName,
  role,
  isBot,
});

export function initialState(): Omit<PageState, 'me'> {
  return {
    team: 'Paksa',
    users: [
      person('U1', 'dana', 'Dana Reyes', 'requester'),
      person('U2', 'amir', 'Amir Haddad', 'approver'),
      person('U3', 'lin', 'Lin Zhao', 'Level 1 · Development'),
      person('U4', 'tomas', 'Tomás Novák', 'Level 2 · DevOps and infrastructure'),
      person('U5', 'grace', 'Grace Obi', 'Level 3 · Senior architects'),
      person('U6', 'sven', 'Sven Berg', 'Level 4 · External consultants'),
      person('UB', 'paksa', 'Paksa', 'bot', true),
    ],
    groups: [{ id: 'S1', handle: 'devops', name: 'DevOps', users: ['U1', 'U4'] }],
    channels: [
      {
        id: 'C1',
        name: 'incidents',
        topic: 'What is broken, and who is on it',
        isDirect: false,
        members: [],
      },
      { id: 'C2', name: 'deployments', topic: '', isDirect: false, members: [] },
      { id: 'D1', name: 'dana', topic: '', isDirect: true, members: ['U1', 'UB'] },
      { id: 'D2', name: 'amir', topic: '', isDirect: true, members: ['U2', 'UB'] },
    ],
    messages: [],
    commands: [
      {
        command: '/paksa',
        description: 'Find out what is wrong, and put it right',
        usageHint: 'diagnose <topic>',
        completions: ['/paksa diagnose ssl', '/paksa diagnose slow-queries', '/paksa help', '/paksa status'],
      },
    ],
    botConnected: true,
  };
}

export const sandbox: StackState = {
  title: 'shop.paksa.test',
  address: '127.0.0.1:8443',
  summary: 'Valid for 89 more days, issued by Paksa sandbox CA.',
  healthy: true,
  faults: [
    {
      id: 'expiring',
      title: 'About to expire',
      explains: 'The certificate has three days left.',
      active: false,
    },
    {
      id: 'expired',
      title: 'Expired',
      explains: 'It ran out yesterday: every browser refuses it.',
      active: false,
    },
    { id: 'wrong-name', title: 'Wrong name', explains: 'It was issued for another host.', active: false },
    {
      id: 'no-chain',
      title: 'Missing intermediate',
      explains: 'The server forgot to send the link to the authority.',
      active: false,
    },
    {
      id: 'renewal',
      title: 'Renewal fails',
      explains: 'The authority answers with an error: the fix will not work.',
      active: false,
    },
  ],
};
