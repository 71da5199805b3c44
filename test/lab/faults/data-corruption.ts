/** The data do not hold together. */
import type { ComposeStack } from '../compose-stack.ts';
import type { Fault, Promised } from '../fault.ts';
import { rows, sql } from './sql.ts';

const TOPIC = 'data-corruption';
const AS_IT_WAS =
  'UPDATE invoices SET total_amount = subtotal + tax_amount WHERE total_amount IS DISTINCT FROM subtotal + tax_amount';

const mend = (stack: ComposeStack) => sql(stack, AS_IT_WAS, 'ANALYZE invoices');

const foreignKey = async (stack: ComposeStack): Promise<string> => {
  const [found] = await rows<{ conname: string }>(
    stack,
    `SELECT conname FROM pg_constraint WHERE conrelid = 'invoices'::regclass AND confrelid = 'customers'::regclass`,
  );
  if (!found) throw new Error('invoices has no foreign key to customers');
  return found.conname;
};

async function withoutValidation(stack: ComposeStack, meanwhile: readonly string[] = []): Promise<void> {
  const name = await foreignKey(stack);
  await sql(
    stack,
    `ALTER TABLE invoices DROP CONSTRAINT ${name}`,
    ...meanwhile,
    `ALTER TABLE invoices ADD CONSTRAINT ${name} FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID`,
  );
}

export const composeFaults: readonly Fault<ComposeStack>[] = [
  {
    id: 'negative-totals',
    topic: TOPIC,
    what: 'forty invoices have a negative total',
    inject: (stack) => sql(stack, 'UPDATE invoices SET total_amount = -total_amount WHERE id <= 40'),
    mend,
    foundBy: ['negative-totals', 'totals-add-up'],
    fix: 'repair-totals',
    promised: figuresAsSaid,
  },
  {
    id: 'totals-off',
    topic: TOPIC,
    what: 'the totals of three hundred invoices are not their sum, ten more are missing',
    inject: (stack) =>
      sql(
        stack,
        // What lets a total be missing at all.
        'ALTER TABLE invoices ALTER COLUMN total_amount DROP NOT NULL',
        'UPDATE invoices SET total_amount = total_amount + 0.01 WHERE id BETWEEN 100 AND 399',
        'UPDATE invoices SET total_amount = NULL WHERE id BETWEEN 400 AND 409',
      ),
    mend: async (stack) => {
      await mend(stack);
      await sql(stack, 'ALTER TABLE invoices ALTER COLUMN total_amount SET NOT NULL');
    },
    foundBy: ['totals-add-up'],
    fix: 'repair-totals',
    promised: figuresAsSaid,
  },
  {
    id: 'foreign-key-not-validated',
    topic: TOPIC,
    what: 'a foreign key was added without looking at the rows that are there',
    inject: (stack) => withoutValidation(stack),
    mend: async (stack) => sql(stack, `ALTER TABLE invoices VALIDATE CONSTRAINT ${await foreignKey(stack)}`),
    foundBy: ['foreign-keys-validated'],
    fix: 'validate-foreign-keys',
    promised: async (stack, { changes }) => {
      const keys = await rows<{ validated: boolean }>(
        stack,
        `SELECT convalidated AS validated FROM pg_constraint WHERE conrelid = 'invoices'::regclass AND contype = 'f'`,
      );
      return keys.every(({ validated }) => validated) && changes.every(({ after }) => after === 'validated');
    },
  },
  {
    id: 'orphans',
    topic: TOPIC,
    what: 'invoices belong to a customer who was deleted',
    inject: (stack) =>
      withoutValidation(stack, [
        'CREATE TABLE lab_lost AS SELECT * FROM customers WHERE id = 7',
        'DELETE FROM customers WHERE id = 7',
      ]),
    mend: async (stack) => {
      const name = await foreignKey(stack);
      await sql(
        stack,
        `DO $$ BEGIN IF to_regclass('lab_lost') IS NOT NULL THEN INSERT INTO customers SELECT * FROM lab_lost ON CONFLICT DO NOTHING; DROP TABLE lab_lost; END IF; END $$`,
        `ALTER TABLE invoices VALIDATE CONSTRAINT ${name}`,
      );
    },
    foundBy: ['orphans'],
    fix: { none: 'whether the rows go or the customer comes back is for a person to say: they are listed' },
  },
];

/** As many totals as was said do not add up, and are below zero. */
async function figuresAsSaid(stack: ComposeStack, { changes }: Promised): Promise<boolean> {
  const [found] = await rows<{ wrong: string; negative: string }>(
    stack,
    `SELECT count(*) FILTER (WHERE total_amount IS DISTINCT FROM subtotal + tax_amount) AS wrong,
            count(*) FILTER (WHERE total_amount < 0) AS negative FROM invoices`,
  );
  const said = (what: string) => changes.find((change) => change.what === what)?.after;
  return said('Totals that do not add up') === found?.wrong && said('Below zero') === found?.negative;
}
