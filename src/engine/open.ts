/** An incident as it begins: the policy that its environment has for it is copied in, and its ladder waits. */
import { fingerprintOf, type Incident, type ProposedFix } from '../incident/incident.ts';
import { silencing } from '../incident/silenced.ts';
import { armed } from '../policy/ladder.ts';
import type { Runbook } from '../runbook/define.ts';
import type { Finding, Severity } from '../runbook/finding.ts';
import type { Target } from '../runbook/target.ts';
import { periodsOf } from './periods.ts';
import type { Estate, Transaction } from './ports.ts';

export interface Opening {
  readonly runbook: Runbook;
  readonly environment: string;
  readonly openedBy: string;
  readonly severity: Severity;
  readonly findings: readonly Finding[];
  readonly fixes: readonly ProposedFix[];
}

export async function newIncident(tx: Transaction, estate: Estate, opening: Opening): Promise<Incident> {
  const { runbook, environment, ...found } = opening;
  const { topic } = runbook;
  const policy = estate.policy(environment, { topic, severity: found.severity, at: tx.now });
  const id = await tx.nextIncidentId();
  // Whoever makes one at this moment finds this incident, or is found here.
  await tx.silences.holdStill();
  const about = { id, environment, topic, openedBy: found.openedBy };
  const periods = await periodsOf(tx, about);
  return {
    id,
    version: 0,
    topic,
    title: runbook.title,
    environment,
    fingerprint: fingerprintOf(environment, topic),
    status: 'open',
    openedAt: tx.now,
    ...found,
    attempts: {},
    ladder: armed(policy.escalation, tx.now),
    ...silencing(periods, tx.now),
    policy,
  };
}

export const proposedFixes = (
  runbook: Runbook,
  target: Target,
  findings: readonly Finding[],
): ProposedFix[] =>
  Object.entries(runbook.fixes).map(([id, fix]) => {
    const unavailable = fix.unavailable(target);
    return {
      id,
      title: fix.title,
      risk: fix.risk,
      ...(unavailable === undefined ? {} : { unavailable }),
      ...(fix.undo.reversible ? { undo: fix.undo.title } : { irreversible: fix.undo.why }),
      suggested: findings.some(({ suggests }) => suggests.includes(id)),
    };
  });
