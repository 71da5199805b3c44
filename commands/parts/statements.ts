/** The guide's `pg_stat_statements`: what has been slow since its figures were last reset. */
import { check } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { noDatabase } from './target.ts';
import { count, moment, percent, short, span } from './words.ts';

type Statements = Awaited<ReturnType<CheckContext['postgres']['statements']>>;
type Statement = Extract<Statements, { readonly available: true }>['statements'][number];

/** Somebody who waits for one statement notices. */
const SLOW_MS = 500;
/** Fewer may have been a cold cache, a migration, or somebody's hand. */
const LEAST_CALLS = 5;
/** Of the time of all statements: less is not why everything is slow. */
const LEAST_SHARE = 0.05;
/** The slowest, and the heaviest: of those that take such a share there can be no more than twenty. */
const READ = 50;

export const statementsCheck = (suggests: readonly string[] = []) =>
  check(
    'Statements that are slow on average',
    async ({ postgres, signal }) => {
      const seen = await postgres.statements(READ, LEAST_CALLS, signal);
      if (!seen.available)
        return inconclusive(
          `nobody counts them: pg_stat_statements is not in use. To have it: ${seen.enable}`,
        );
      const { statements, counted, totalMs: total, since } = seen;
      const slow = statements.filter(
        ({ meanMs, totalMs }) => meanMs >= SLOW_MS && totalMs >= total * LEAST_SHARE,
      );
      const evidence = {
        ...(since ? { since: moment(since) } : {}),
        slowest: (slow.length > 0 ? slow : statements).slice(0, 8).map(lineOf),
      };
      const [worst] = slow;
      if (!worst)
        return healthy(
          counted === 0
            ? 'none has been counted yet'
            : `none of ${count(counted, 'statement')} takes ${span(SLOW_MS)} or more in ${LEAST_CALLS} calls or more`,
          evidence,
        );
      const others = slow.length > 1 ? ` (and ${slow.length - 1} more)` : '';
      return problem(
        `${span(worst.meanMs)} on average over ${count(worst.calls, 'call')}, ${percent(worst.totalMs / total)} of the time: ${short(oneLine(worst.query), 120)}${others}`,
        { evidence, suggests, severity: 'warning' },
      );
    },
    { skip: noDatabase },
  );

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

const lineOf = ({ meanMs, calls, query }: Statement): string =>
  short(`${span(meanMs)} × ${calls.toLocaleString('en-US')}: ${oneLine(query)}`, 120);
