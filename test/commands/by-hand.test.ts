/** What a person is told to type: with the target's own names, and the guide's where it has none. */
import { expect, test } from 'vitest';
import { securityBreach } from '../../commands/emergencies/security-breach.ts';
import { migrations } from '../../commands/migrations.ts';
import type { Runbook } from '../../src/runbook/define.ts';
import { writtenFor } from '../../src/runbook/procedure.ts';
import type { Target } from '../../src/runbook/target.ts';
import { PRODUCTION } from './context.ts';

const STAGING: Target = {
  environment: 'staging',
  kubernetes: {
    namespace: 'staging',
    backendService: 'api',
    tlsSecret: 'tls',
    workloads: {
      backend: { kind: 'deployment', name: 'api' },
      postgres: { kind: 'statefulset', name: 'db', namespace: 'data' },
    },
  },
};
const COMPOSE: Target = {
  environment: 'compose',
  docker: {
    socketPath: '/run/docker.sock',
    project: 'books',
    services: { postgres: { service: 'database' }, redis: { container: 'cache-1' } },
  },
};

const told = ({ procedures = {} }: Runbook, procedure: string, step: string, target: Target): string => {
  const found = procedures[procedure]?.steps[step];
  if (!found) throw new Error(`there is no step ${step}`);
  const written = writtenFor(found, target);
  return written.kind === 'person' ? written.instructions.join('\n') : '';
};
const BREACH = securityBreach.emergency ?? '';
const MIGRATIONS = Object.keys(migrations.procedures ?? {})[0] ?? '';

test.each([
  [securityBreach, BREACH, 'keep-evidence', STAGING, 'kubectl -n staging logs deployment/api --all'],
  [
    securityBreach,
    BREACH,
    'change-postgres',
    STAGING,
    'kubectl -n data exec -it statefulset/db -- psql -U postgres.',
  ],
  [
    securityBreach,
    BREACH,
    'change-postgres',
    COMPOSE,
    ': docker compose -p books exec database psql -U postgres.',
  ],
  [securityBreach, BREACH, 'change-redis', COMPOSE, ': docker exec -it cache-1 redis-cli;'],
  [
    migrations,
    MIGRATIONS,
    'mend',
    STAGING,
    'psql: kubectl -n data exec -it statefulset/db -- psql -U postgres paksa_db.',
  ],
  [
    migrations,
    MIGRATIONS,
    'mend',
    { environment: 'bare' },
    '-n paksa-financial exec -it statefulset/postgres-primary',
  ],
] as const)('%#: %s', (runbook, procedure, step, target, words) => {
  expect(told(runbook, procedure, step, target)).toContain(words);
});

test('on both platforms, both ways are told', () => {
  expect(told(securityBreach, BREACH, 'change-postgres', PRODUCTION)).toMatch(
    /: kubectl -n paksa-financial exec .* psql -U postgres, or docker compose .*exec postgres psql -U postgres\./,
  );
});

test('what an incident keeps is text', () => {
  const step = securityBreach.procedures?.[BREACH]?.steps['keep-evidence'];
  expect(step && Object.values(writtenFor(step, STAGING)).some((part) => typeof part === 'function')).toBe(
    false,
  );
});
