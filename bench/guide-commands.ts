/**
 * The guide's own commands of each topic, as somebody types them who has the guide open: those under “Diagnosis”, and those
 * under “Solutions” that only look. What had to be adapted: addresses, `mean_time` (`mean_exec_time` since PostgreSQL 13),
 * `ping` that ends, `docker stats` of this system alone and once, and the answer to a prompt. In the cluster the same is asked
 * by `kubectl` that the guide asks by `docker-compose`.
 */

export type On = 'docker-compose' | 'Kubernetes';

export interface Sitting {
  readonly topic: string;
  readonly on: On;
  /** One after the other, for a shell. Variables in them are set. */
  readonly commands: readonly string[];
}

const SLOW_QUERIES = [
  'psql "$DATABASE_URL" -c "SELECT query, mean_exec_time, calls FROM pg_stat_statements ORDER BY mean_exec_time DESC LIMIT 10;"',
  `psql "$DATABASE_URL" -c "SELECT * FROM pg_stat_activity WHERE state = 'active';"`,
];

const compose = (topic: string, ...commands: readonly string[]): Sitting => ({
  topic,
  on: 'docker-compose',
  commands,
});

const cluster = (topic: string, ...commands: readonly string[]): Sitting => ({
  topic,
  on: 'Kubernetes',
  commands,
});

export const GUIDE: readonly Sitting[] = [
  compose(
    'connection-refused',
    'docker-compose ps postgres',
    'echo $DATABASE_URL',
    'psql "$DATABASE_URL" -c "SELECT 1;"',
    'docker-compose logs postgres',
    'docker-compose exec -T backend ping -c 1 postgres',
  ),
  cluster(
    'connection-refused',
    'kubectl get pods -l app=postgres -n "$NAMESPACE"',
    'echo $DATABASE_URL',
    'psql "$DATABASE_URL" -c "SELECT 1;"',
    'kubectl logs postgres-primary-0 -n "$NAMESPACE"',
    'kubectl exec deployment/paksa-backend -n "$NAMESPACE" -- ping -c 1 "$DATABASE_HOST"',
  ),
  compose('slow-queries', ...SLOW_QUERIES),
  compose('high-memory', 'docker stats --no-stream $CONTAINERS', 'curl -s "$BACKEND/metrics" | grep memory'),
  compose(
    'auth-failures',
    'curl -s -H "Authorization: Bearer $TOKEN" "$BACKEND/auth/verify"',
    'docker-compose logs backend | grep -i auth',
    'echo $JWT_SECRET_KEY',
  ),
  cluster(
    'auth-failures',
    'curl -s --cacert "$TRUST" -H "Authorization: Bearer $TOKEN" "$BACKEND/auth/verify"',
    'kubectl logs -l app=paksa-backend --tail=-1 -n "$NAMESPACE" | grep -i auth',
    'echo $JWT_SECRET_KEY',
  ),
  compose(
    'slow-api',
    'curl -w "@curl-format.txt" -o /dev/null -s "$BACKEND/api/v1/invoices?tenant_id=3"',
    ...SLOW_QUERIES,
    'docker-compose exec -T redis redis-cli info stats | grep keyspace',
  ),
  compose('high-cpu', 'docker stats --no-stream $CONTAINERS'),
  compose(
    'load-balancer',
    'curl -s "$BACKEND/health"',
    'docker-compose exec -T nginx nginx -t',
    'docker-compose logs nginx | grep upstream',
  ),
  cluster(
    'load-balancer',
    'curl -s --cacert "$TRUST" "$BACKEND/health"',
    'kubectl exec deployment/nginx-ingress-controller -n "$NAMESPACE" -- nginx -t',
    'kubectl logs deployment/nginx-ingress-controller -n "$NAMESPACE" | grep upstream',
    'kubectl get endpoints paksa-backend-service -n "$NAMESPACE"',
  ),
  cluster(
    'ssl',
    'openssl x509 -in "$CERTIFICATE" -text -noout',
    'openssl s_client -connect "$ADDRESS" -servername "$NAME" < /dev/null',
  ),
  compose(
    'data-corruption',
    'psql "$DATABASE_URL" -c "SELECT * FROM invoices WHERE total_amount < 0;"',
    `psql "$DATABASE_URL" -c "SELECT conname, conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f';"`,
  ),
  compose(
    'migrations',
    'docker-compose exec -T backend alembic current',
    'docker-compose exec -T backend alembic history',
    'docker-compose exec -T backend alembic show head',
  ),
  cluster(
    'migrations',
    'kubectl exec deployment/paksa-backend -n "$NAMESPACE" -- alembic current',
    'kubectl exec deployment/paksa-backend -n "$NAMESPACE" -- alembic history',
    'kubectl exec deployment/paksa-backend -n "$NAMESPACE" -- alembic show head',
  ),
];
