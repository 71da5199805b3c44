/** The sandbox's paksa.yaml: its one environment, and a ladder quick enough to watch. */
import { stringify } from 'yaml';
import { CHANNELS, GROUPS, PEOPLE } from './workspace/people.ts';

/** `environment` is the stack's own description of itself. */
export const sandboxConfiguration = (environment: Record<string, unknown>): string =>
  stringify({
    environments: { sandbox: environment },
    channel: CHANNELS.incidents,
    ladder: {
      firstPageAfter: '1m',
      levels: [
        { name: 'Development team', delay: '30s', responders: [{ user: PEOPLE.dana }] },
        {
          name: 'DevOps and infrastructure',
          delay: '30s',
          responders: [{ user: PEOPLE.omar }, { usergroup: GROUPS.devops }],
        },
        { name: 'Senior architects', delay: '30s', responders: [{ user: PEOPLE.sana }] },
        {
          name: 'External consultants',
          delay: '30s',
          responders: [{ user: PEOPLE.ext }, { channel: CHANNELS.incidents }],
        },
      ],
      afterLast: 'stop',
    },
    schedules: {
      primary: {
        timeZone: 'Europe/Berlin',
        layers: [{ users: [PEOPLE.dana, PEOPLE.omar, PEOPLE.sana], rotation: 'daily', start: '2026-01-05' }],
      },
    },
    approvals: { approvers: [{ user: PEOPLE.bilal }], expires: '5m' },
  });
