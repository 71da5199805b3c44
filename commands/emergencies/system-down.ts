/**
 * Guide: Emergency Procedures › System Down.
 *
 * The guide looks at pods alone and restarts the backend whatever failed: here containers are looked at too, and what has
 * failed is restarted, what others need first, each with its own approval. Its `kubectl rollout restart
 * deployment/paksa-backend` names no namespace; its `kubectl exec -it postgres-primary-0 -- pg_isready` neither, and needs a
 * terminal: it is run in every replica of the database there is. Its `curl -I` asks for headers alone: the API's health is
 * asked whole.
 */
import { defineRunbook } from '../../src/runbook/define.ts';
import { act, look, person } from '../../src/runbook/procedure.ts';
import { replicaCheck } from '../parts/replicas.ts';
import { podsWanted } from '../parts/stop-pods.ts';
import { through } from '../parts/through.ts';
import { databaseFromHere, databaseInside } from './system-down/database.ts';
import { pods, services } from './system-down/everything.ts';
import { fixes } from './system-down/fixes.ts';

const DATABASE = ['database', 'database-in-pods', 'database-in-containers'];
const CONTAINERS = ['postgres-containers', 'redis-containers', 'backend-containers', 'nginx-containers'];

export const systemDown = defineRunbook({
  topic: 'system-down',
  title: 'System down',
  symptoms: ['nothing answers', 'every service is down'],
  emergency: 'system-down',
  checks: {
    pods,
    services,
    'postgres-pods': replicaCheck('kubernetes', 'postgres', ['restart-statefulset']),
    'redis-pods': replicaCheck('kubernetes', 'redis', ['restart-redis-pods']),
    'backend-pods': replicaCheck('kubernetes', 'backend', ['rollout-restart'], ['start-pods']),
    'pods-wanted': podsWanted(['start-pods']),
    'nginx-pods': replicaCheck('kubernetes', 'nginx', ['restart-ingress']),
    'postgres-containers': replicaCheck('docker', 'postgres', ['restart-postgres']),
    'redis-containers': replicaCheck('docker', 'redis', ['restart-redis']),
    'backend-containers': replicaCheck('docker', 'backend', ['restart-backend']),
    'nginx-containers': replicaCheck('docker', 'nginx', ['restart-nginx']),
    'database-in-pods': databaseInside('kubernetes', ['restart-statefulset']),
    'database-in-containers': databaseInside('docker', ['restart-postgres']),
    database: databaseFromHere(['restart-postgres', 'restart-statefulset']),
    through,
  },
  fixes,
  procedures: {
    'system-down': {
      title: 'Bring the system back',
      steps: {
        'check-services': look('Check all services', ['pods', 'services', ...CONTAINERS]),
        'restart-postgres': act('Restart the database’s containers', 'restart-postgres', {
          when: ['postgres-containers', 'database-in-containers'],
        }),
        'restart-statefulset': act('Restart the database’s pods', 'restart-statefulset', {
          when: ['postgres-pods', 'database-in-pods'],
        }),
        'restart-redis': act('Restart Redis’s containers', 'restart-redis', { when: ['redis-containers'] }),
        'restart-redis-pods': act('Restart Redis’s pods', 'restart-redis-pods', { when: ['redis-pods'] }),
        'check-database': look('Check that the database can be reached', DATABASE, { mustBeHealthy: true }),
        'restart-backend': act('Restart the backend’s containers', 'restart-backend', {
          when: ['backend-containers'],
        }),
        'start-pods': act('Start the backend’s pods, if none is wanted', 'start-pods', {
          when: ['pods-wanted'],
        }),
        'rollout-restart': act('Restart the backend’s pods', 'rollout-restart', { when: ['backend-pods'] }),
        'restart-nginx': act('Restart the load balancer’s containers', 'restart-nginx', {
          when: ['nginx-containers', 'through'],
        }),
        'restart-ingress': act('Restart the ingress controller', 'restart-ingress', {
          when: ['nginx-pods', 'through'],
        }),
        'check-balancer': look('Verify the load balancer', ['through']),
        notify: person('Notify stakeholders', [
          'Say what was down, since when, what is back, and what is not.',
          'If it is not solved: when they will hear from you next.',
        ]),
        // After the news: that it is not back yet is no reason to keep it from anybody.
        back: look(
          'See that everything is back',
          ['pods', 'services', ...CONTAINERS, ...DATABASE, 'through'],
          {
            mustBeHealthy: true,
          },
        ),
      },
    },
  },
});
