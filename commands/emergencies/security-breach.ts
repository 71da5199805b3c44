/**
 * Guide: Emergency Procedures › Security Breach.
 *
 * The guide names six aims and no command. Paksa cuts off, ends sessions, logs everybody out, and changes the secret of the tokens
 * and the backend's password where the cluster's secrets hold them; it reads the access logs for addresses that try doors, before
 * pods are stopped, which take their logs with them. Other passwords and keys, patches and the audit are people's, with what to
 * type; so is the backend's password under Docker Compose, where a container keeps the environment that it was made with.
 */
import { onlyNamed } from '../../src/runbook/check.ts';
import { defineRunbook } from '../../src/runbook/define.ts';
import { act, look } from '../../src/runbook/procedure.ts';
import { replicaCheck } from '../parts/replicas.ts';
import {
  containersStarted,
  containersStopped,
  startContainers,
  stopContainers,
} from '../parts/stop-containers.ts';
import { podsStopped, podsWanted, scaleToZero, scaleUp } from '../parts/stop-pods.ts';
import * as byHand from './security-breach/by-hand.ts';
import * as databasePassword from './security-breach/database-password.ts';
import * as isolation from './security-breach/isolation.ts';
import { accessReview } from './security-breach/review.ts';
import * as sessions from './security-breach/sessions.ts';
import * as tokenSecret from './security-breach/token-secret.ts';

export const securityBreach = defineRunbook({
  topic: 'security-breach',
  title: 'Security breach',
  symptoms: ['unauthorized activity', 'unknown logins', 'leaked credentials'],
  emergency: 'security-breach',
  checks: {
    'access-containers': accessReview('docker', ['stop-containers']),
    'access-pods': accessReview('kubernetes', ['isolate', 'stop-pods']),
    ...sessions.checks,
    ...tokenSecret.checks,
    ...databasePassword.checks,
    ...isolation.checks,
    'pods-stopped': podsStopped(['stop-pods']),
    'containers-stopped': containersStopped(['stop-containers']),
    'pods-wanted': podsWanted(['start-pods']),
    'containers-started': containersStarted(['start-containers']),
    'backend-pods': onlyNamed(replicaCheck('kubernetes', 'backend', ['rollout-restart'], ['start-pods'])),
    'backend-containers': onlyNamed(replicaCheck('docker', 'backend', ['start-containers'])),
  },
  fixes: {
    ...isolation.fixes,
    'stop-pods': scaleToZero(['pods-stopped', 'cut-off']),
    'stop-containers': stopContainers(['containers-stopped']),
    ...sessions.fixes,
    ...tokenSecret.fixes,
    ...databasePassword.fixes,
    'start-pods': scaleUp(['pods-wanted', 'backend-pods']),
    'start-containers': startContainers(['containers-started', 'backend-containers']),
  },
  procedures: {
    'security-breach': {
      title: 'Contain the breach',
      steps: {
        isolate: act('Cut the backend’s pods off', 'isolate', { when: ['isolated'], minutes: 10 }),
        // Pods that are stopped take their logs with them.
        'review-access': look('Review who came in, and who is in', [
          'access-containers',
          'access-pods',
          'sessions',
          'roles',
          'logins',
        ]),
        'stop-leaking': act('Stop the pods, if they can still reach others', 'stop-pods', {
          when: ['cut-off'],
          minutes: 10,
        }),
        'stop-containers': act('Stop the backend’s containers', 'stop-containers', {
          when: ['containers-stopped'],
          minutes: 10,
        }),
        'cut-sessions': act('End every session of the database', 'cut-sessions', { minutes: 10 }),
        'keep-evidence': byHand.keepEvidence,
        'stop-pods': act('Stop the backend’s pods', 'stop-pods', { when: ['pods-stopped'] }),
        'rotate-secret': act('Change the secret of the tokens', 'rotate-secret'),
        'rotate-database-password': act(
          'Change the password of the backend’s role',
          'rotate-database-password',
        ),
        'drop-sessions': act('Have everybody log in again', 'drop-sessions'),
        'change-postgres': byHand.changePostgres,
        'change-redis': byHand.changeRedis,
        'change-addresses': byHand.changeAddresses,
        'change-keys': byHand.changeKeys,
        'cut-again': act('End the sessions that old passwords opened', 'cut-sessions'),
        patch: byHand.patch,
        audit: byHand.audit,
        // Before they start: cut off from the database, they would never be ready.
        rejoin: act('Let traffic through again', 'rejoin', { when: ['joined'] }),
        'start-pods': act('Start the backend’s pods again', 'start-pods', { when: ['pods-wanted'] }),
        'start-containers': act('Start the backend’s containers again', 'start-containers', {
          when: ['containers-started'],
        }),
        watch: byHand.watch,
      },
    },
  },
  advice: [
    {
      text: 'Decide beforehand who decides, who is told, and where evidence goes.',
      link: 'https://csrc.nist.gov/pubs/sp/800/61/r3/final',
    },
  ],
});
