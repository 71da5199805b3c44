/** What brings each service back: the restarts of the other topics, verified by this one's checks. */
import type { Fix } from '../../../src/runbook/fix.ts';
import { fixes as database } from '../../connection-refused/fixes.ts';
import { fixes as balancer } from '../../load-balancer/fixes.ts';
import { restartFix } from '../../parts/restart.ts';
import { scaleUp } from '../../parts/stop-pods.ts';

const verified = (fix: Fix, ...verifiedBy: readonly string[]): Fix => ({ ...fix, verifiedBy });

export const fixes = {
  'restart-postgres': verified(
    database['restart-container'],
    'postgres-containers',
    'database-in-containers',
    'database',
  ),
  'restart-statefulset': verified(
    database['restart-statefulset'],
    'postgres-pods',
    'database-in-pods',
    'database',
  ),
  'restart-redis': restartFix('docker', 'redis', ['redis-containers']),
  'restart-redis-pods': restartFix('kubernetes', 'redis', ['redis-pods']),
  'restart-backend': restartFix('docker', 'backend', ['backend-containers']),
  'start-pods': scaleUp(['pods-wanted', 'backend-pods']),
  'rollout-restart': restartFix('kubernetes', 'backend', ['backend-pods']),
  'restart-nginx': verified(balancer['restart-nginx'], 'nginx-containers', 'through'),
  'restart-ingress': verified(balancer['restart-ingress'], 'nginx-pods', 'through'),
};
