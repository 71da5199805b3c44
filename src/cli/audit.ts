/** `paksa audit`: what was asked for, decided and done; whether anybody has touched that since; and all of it as JSON lines. */
import { once } from 'node:events';
import { allEntries, anchorOf, auditSearch, verifyAudit } from '../engine/audit.ts';
import type { AuditLog } from '../engine/ports.ts';
import { auditLine } from '../incident/audit-entry.ts';
import { wallText } from '../policy/wall-clock.ts';
import { print, shown } from './print.ts';
import { EXIT } from './usage.ts';

const MOST_SHOWN = 50;

/** The latest first. Resolves with the exit code. */
export async function auditFound(log: AuditLog, words: readonly string[], timeZone: string): Promise<number> {
  const found = await log.latest(auditSearch(words), MOST_SHOWN);
  const lines = found.map((entry) => {
    const { seq, at, actor, incident = '' } = entry;
    return `${String(seq).padStart(6)}  ${wallText(timeZone, at)}  ${actor.padEnd(12)} ${incident.padEnd(8)} ${auditLine(entry)}`;
  });
  print(...(lines.length === 0 ? ['Nothing of that is in the audit log.'] : lines.map(shown)));
  return EXIT.healthy;
}

/** `anchor`: what an earlier check has printed. Resolves with the exit code. @throws UserError when it is none */
export async function auditVerified(log: AuditLog, anchor: string | undefined): Promise<number> {
  const { entries, broken, last, isOwn } = await verifyAudit(
    log,
    anchor === undefined ? undefined : anchorOf(anchor),
  );
  print(
    broken.length === 0
      ? `The audit log is whole: ${entries} entries, each sealed with the one before it.`
      : `The audit log has been touched, or is not whole (${entries} entries):`,
    ...broken.map((what) => shown(`  ${what}`)),
    ...(last
      ? [
          `The last one is ${last.seq}:${last.hash}`,
          'Keep that elsewhere: given to the next check, it tells whether the end was cut off.',
        ]
      : []),
    ...(isOwn ? ['Paksa’s own role may change it: docs/audit.md says how another role owns it.'] : []),
  );
  return broken.length === 0 ? EXIT.healthy : EXIT.problem;
}

/** JSON lines, oldest first, each exactly as it was sealed. Resolves with the exit code. */
export async function auditExported(log: AuditLog): Promise<number> {
  for await (const { seq, previous, hash, body } of allEntries(log))
    if (!process.stdout.write(`${JSON.stringify({ seq, previous, hash, body })}\n`))
      await once(process.stdout, 'drain');
  return EXIT.healthy;
}
