/**
 * Guide: Emergency Procedures › Security Breach.
 *
 * The guide names six aims and no command. Paksa cuts off, ends sessions, changes the secret of the tokens and logs everybody
 * out; it reads the access logs for addresses that try doors. Passwords and keys that are kept elsewhere, patches and the
 * audit are people's. What a stopped pod held in memory is lost: evidence is kept before anything is stopped.
 */
import { defineRunbook } from '../../src/runbook/define.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';
import { checks } from './security-breach/checks.ts';
import { fixes } from './security-breach/fixes.ts';

export const securityBreach = defineRunbook({
  topic: 'security-breach',
  title: 'Security breach',
  symptoms: ['unauthorized activity', 'unknown logins', 'leaked credentials'],
  emergency: 'security-breach',
  checks,
  fixes,
  procedures: {
    'security-breach': {
      title: 'Contain the breach',
      steps: {
        isolate: act('Cut the backend off', 'isolate', { when: ['isolated'], minutes: 10 }),
        'cut-sessions': act('End every session of the database', 'cut-sessions', { minutes: 10 }),
        'review-access': look('Review the access logs', [
          'access-containers',
          'access-pods',
          'sessions',
          'roles',
        ]),
        'keep-evidence': person(
          'Keep the evidence',
          [
            'Copy the logs and, where it matters, the memory and disks of the pods to a place that nobody here can change.',
            'Write down who did what from now on: this thread does.',
          ],
          { minutes: 30 },
        ),
        stop: act('Stop the backend', 'scale-to-zero', { when: ['stopped'] }),
        'rotate-secret': act('Change the secret of the tokens', 'rotate-secret'),
        'drop-sessions': act('Have everybody log in again', 'drop-sessions'),
        'change-passwords': person(
          'Change all other passwords and API keys',
          [
            'The passwords of the database’s roles and of Redis, and the addresses that hold them.',
            'API keys of payment, mail and cloud providers; deploy keys; the tokens of CI.',
            'Slack’s tokens of this bot, if its machine was among those affected.',
          ],
          { minutes: 120 },
        ),
        patch: person(
          'Apply security patches',
          ['The way in first; then the base images, the dependencies, the machines.'],
          { minutes: 240 },
        ),
        audit: person(
          'Conduct the audit',
          [
            'The way in is known and closed.',
            'What was read or changed is known, and so is who has to be told, and by when.',
            'No account, key, job or image is left behind that nobody here made.',
            'Backups from before the breach are at hand.',
          ],
          { minutes: 480 },
        ),
        start: act('Start the backend again', 'scale-up', { when: ['serving'] }),
        rejoin: act('Let traffic through again', 'rejoin'),
        watch: person('Watch closely', ['Look at the access logs again in an hour, and tomorrow.'], {
          minutes: 90,
        }),
      },
    },
  },
});
