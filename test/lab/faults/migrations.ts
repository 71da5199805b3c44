/** Code and database do not agree on where the schema is. */
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault } from '../fault.ts';
import { indexesGone, sql } from './sql.ts';

const TOPIC = 'migrations';
const BRANCH = '/app/versions/lab_branch.py';
const HALF = '/app/versions/lab_half.py';

/** A file where Alembic finds its revisions. */
async function write(stack: ComposeStack, file: string, content: string): Promise<void> {
  const { exitCode, stderr } = await stack.exec('backend', [
    'sh',
    '-c',
    'printf %s "$1" > "$0"',
    file,
    content,
  ]);
  if (exitCode !== 0) throw new Error(stderr);
}

const alembic = async (stack: ComposeStack, ...args: readonly string[]) =>
  stack.exec('backend', ['alembic', ...args]);

const revision = (id: string, after: string, upgrade: string, downgrade = 'pass') =>
  `"""of the lab"""
from alembic import op

revision = "${id}"
down_revision = "${after}"
branch_labels = None
depends_on = None


def upgrade():
    ${upgrade}


def downgrade():
    ${downgrade}
`;

/** Back at the head that the image has, and nothing else there. */
async function mend(stack: ComposeStack): Promise<void> {
  await sql(
    stack,
    'DROP INDEX IF EXISTS lab_half',
    `UPDATE alembic_version SET version_num = '0003' WHERE version_num NOT IN ('0001', '0002', '0003')`,
  );
  await stack.exec('backend', ['sh', '-c', `rm -f ${BRANCH} ${HALF} /app/versions/*merge*.py`]);
  const { exitCode, stderr } = await alembic(stack, 'upgrade', 'head');
  if (exitCode !== 0) throw new Error(stderr);
}

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'two-heads',
    topic: TOPIC,
    what: 'two branches of the code each brought a revision',
    inject: (stack) => write(stack, BRANCH, revision('lab_branch', '0002', 'pass')),
    mend,
    foundBy: ['heads'],
    fix: 'merge-heads',
    promised: async (stack, { changes }) => {
      const heads = (await alembic(stack, 'heads')).stdout.trim().split('\n');
      const [head = ''] = (heads[0] ?? '').split(' ');
      return heads.length === 1 && changes.every(({ before }) => !before.includes(head));
    },
  },
  {
    id: 'database-behind',
    topic: TOPIC,
    what: 'the code was deployed and its last revision was not applied',
    inject: async (stack) => {
      await alembic(stack, 'downgrade', '-1');
    },
    mend,
    foundBy: ['up-to-date'],
    fix: 'upgrade',
    promised: async (stack, { changes }) => {
      const [current = ''] = (await alembic(stack, 'current')).stdout.trim().split(' ');
      return changes.some(({ what, after }) => what === 'Revision' && after === current);
    },
  },
  {
    id: 'revision-unknown',
    topic: TOPIC,
    what: 'the database is at a revision that the code does not have',
    inject: (stack) => sql(stack, `UPDATE alembic_version SET version_num = 'f00dcafe'`),
    mend,
    foundBy: ['current'],
    fix: { none: 'which code to deploy is for a person to say: the procedure manual-fix' },
  },
  {
    id: 'migration-half-applied',
    topic: TOPIC,
    what: 'a migration that builds an index outside of a transaction failed half-way',
    inject: async (stack) => {
      await write(
        stack,
        HALF,
        revision(
          'lab_half',
          '0003',
          `with op.get_context().autocommit_block():
        op.create_index("lab_half", "invoices", ["tenant_id"], unique=True, postgresql_concurrently=True)`,
        ),
      );
      await alembic(stack, 'upgrade', 'head');
    },
    mend,
    foundBy: ['leftovers', 'up-to-date'],
    fix: 'drop-leftovers',
    promised: indexesGone,
    // A half-built index is one for whoever looks at indexes, too.
    alsoIn: ['slow-queries'],
  },
];
