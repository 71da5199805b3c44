/** The guide's “Add missing indexes”, without locking writes out, and the way back; and its leftovers. */
import { z } from 'zod';
import { type Fix, fix, irreversible, type Preview, undoWith } from '../../src/runbook/fix.ts';
import type { CheckContext, FixContext } from '../../src/runbook/tools.ts';
import { type Session, sessionLine } from './database.ts';
import { asked } from './fault.ts';
import {
  fullName,
  type InvalidIndex,
  leftovers,
  missingIndexes,
  type Named,
  type Proposal,
  placeOfIndex,
  tableSize,
} from './indexes.ts';
import { noDatabase } from './target.ts';
import { count, short, span } from './words.ts';

/** CREATE INDEX CONCURRENTLY waits for every transaction that is older than itself; those of a moment do not matter. */
const HOLDS_UP_SECONDS = 60;

/** What was created, read back from the incident's log. */
const Created = z.object({ indexes: z.array(z.object({ schema: z.string(), name: z.string() })) });

/** All that the check misses, however many: it is healthy again only when none is missing. */
export const createIndexes = (): Fix =>
  fix('Create the missing indexes', {
    risk: 'medium',
    touches: ['schema'],
    unavailable: noDatabase,
    preview: async (context) => {
      const proposals = await missingIndexes(context);
      const names = new Set(proposals.map(fullName));
      const replaced = (await leftovers(context)).filter((index) => names.has(fullName(index)));
      if (proposals.length === 0) throw new Error('No index is missing: there is nothing to do.');
      const sessions = await asked(context.postgres.sessions(context.signal));
      const holdUps = sessions.answered ? holdingUp(sessions.answer, context.now) : [];
      return {
        summary: `Create ${[...names].join(', ')} without locking writes out`,
        changes: proposals.map((proposal) => ({
          what: placeOfIndex(proposal),
          before: `no index on ${tableSize(proposal)}`,
          after: fullName(proposal),
        })),
        notes: notesOf(proposals, replaced, holdUps),
        unseen: sessions.answered ? [] : [`whether open transactions would hold it up: ${sessions.message}`],
        boundTo: [
          ...proposals.map(({ ddl }) => ddl),
          ...replaced.map((index) => `drop ${fullName(index)}`).sort(),
        ].join('; '),
      };
    },
    run: async (context) => {
      const proposals = await approved(context);
      for (const proposal of proposals) await context.postgres.createIndex(proposal, context.signal);
      return proposals.length === 0
        ? 'no index was missing'
        : `created ${proposals.map(fullName).join(', ')}`;
    },
    undo: undoWith({
      title: 'Drop the indexes that were created',
      capture: async (context) => ({
        indexes: (await approved(context)).map(({ schema, name }) => ({ schema, name })),
      }),
      parse: (data) => Created.parse(data),
      apply: async (context, { indexes }) => {
        const there = await present(context, indexes);
        for (const index of there) await context.postgres.dropIndex(index, context.signal);
        return there.length === 0 ? 'none of them was there' : `dropped ${there.map(fullName).join(', ')}`;
      },
      isBack: async (context, { indexes }) => (await present(context, indexes)).length === 0,
      startsFrom: async (context, { indexes }) => (await present(context, indexes)).map(fullName).join(' '),
    }),
    // Where the plans may not be read, the first stays inconclusive, whatever has been built.
    verifiedBy: ['indexes', 'found-indexes'],
    leaves: () => ['indexes'],
    timeoutSeconds: 3300,
  });

/** Of those that are missing, the ones that somebody has seen and approved. */
const approved = async (context: FixContext): Promise<readonly Proposal[]> =>
  (await missingIndexes(context)).filter(({ ddl }) => context.approved.includes(ddl));

const present = ({ postgres, signal }: CheckContext, indexes: readonly Named[]): Promise<readonly Named[]> =>
  postgres.presentIndexes(indexes, signal);

const notesOf = (
  proposals: readonly Proposal[],
  replaced: readonly InvalidIndex[],
  holdUps: readonly string[],
): Preview['notes'] => [
  ...proposals.map(({ ddl }) => short(ddl, 200)),
  'Each reads its table twice, and waits for every transaction that is open by then: up to 15 min for each, after which it gives up and leaves nothing behind.',
  ...replaced.map((index) => `The unfinished ${fullName(index)} is dropped first.`),
  ...holdUps,
];

function holdingUp(sessions: readonly Session[], now: Date): readonly string[] {
  const old = sessions.filter(
    ({ transactionStart, own }) =>
      !own && transactionStart && now.getTime() - transactionStart.getTime() > HOLDS_UP_SECONDS * 1000,
  );
  if (old.length === 0) return [];
  const first = old.slice(0, 3).map((session) => sessionLine(session, 100));
  return [
    `${count(old.length, 'transaction')} older than ${span(HOLDS_UP_SECONDS * 1000)} would hold it up: ${first.join('; ')}`,
  ];
}

export const dropInvalidIndexes = (verifiedBy: readonly string[]): Fix =>
  fix('Drop the unfinished indexes', {
    risk: 'low',
    touches: ['schema'],
    unavailable: noDatabase,
    preview: async (context) => {
      const found = await leftovers(context);
      if (found.length === 0) throw new Error('No index is unfinished: there is none to drop.');
      return {
        summary: `Drop ${found.map(fullName).join(', ')}`,
        changes: found.map((index) => ({
          what: fullName(index),
          before: `unfinished, on ${index.table}`,
          after: 'dropped',
        })),
        notes: ['No query uses them. They are dropped without locking writes out.'],
        boundTo: found.map(fullName).sort().join(' '),
      };
    },
    run: async (context) => {
      const found = await leftovers(context);
      for (const index of found) await context.postgres.dropIndex(index, context.signal);
      return found.length === 0 ? 'none was left' : `dropped ${found.map(fullName).join(', ')}`;
    },
    undo: irreversible('an unfinished index serves nobody: where it is wanted, it is built anew'),
    verifiedBy,
    timeoutSeconds: 600,
  });
