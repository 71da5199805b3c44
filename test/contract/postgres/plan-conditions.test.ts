/** Which columns a plan's conditions look for, from the words in which PostgreSQL explains them; and what an index is called. */
import { describe, expect, test } from 'vitest';
import { serves } from '../../../src/adapters/postgres/candidates.ts';
import { readFilter, readSortKey } from '../../../src/adapters/postgres/conditions.ts';
import { distinctName, indexName } from '../../../src/adapters/postgres/index-name.ts';

const TYPES: Readonly<Record<string, string>> = { status: 'varchar', code: 'bpchar', note: 'text' };
const read = (filter: string, alias = 'i') => readFilter(filter, alias, (column) => TYPES[column] ?? 'int4');

describe('a filter', () => {
  test.each([
    ['(i.tenant_id = $1)', ['tenant_id'], []],
    ['((i.tenant_id = $1) AND (i.created_at >= $2) AND (i.created_at < $3))', ['tenant_id'], ['created_at']],
    ['($1 = i.tenant_id)', ['tenant_id'], []],
    ['((i.status)::text = $1)', ['status'], []],
    ["((i.status)::text = 'a (b) AND c''s = d'::text)", ['status'], []],
    ['(i.id = ANY ($1))', ['id'], []],
    ["(i.id = ANY ('{1,2,3}'::integer[]))", ['id'], []],
    ['(i."Tenant Id" = $1)', ['Tenant Id'], []],
    ['(i.due > (now() - $1))', [], ['due']],
    ["((i.note = lower('b(c)'::text)) AND (i.a = ($1)::numeric(12,2)))", ['note', 'a'], []],
    ['((i.a = $1) AND ((i.b = $2) OR (i.c = $3)))', ['a'], []],
  ])('%s', (filter, equal, range) => {
    expect(read(filter)).toEqual({ equal, range });
  });

  test.each([
    ['an expression', '(lower(i.note) = $1)'],
    ['a cast that changes bytes', '((i.created_at)::date = $1)'],
    ['a padded type as text', '((i.code)::text = $1)'],
    ['another column of the row', '(i.a = i.b)'],
    ['a sum with it', '(i.a = (i.b + $1))'],
    ['alternatives', '((i.a = $1) OR (i.b = $2))'],
    ['a negation', '(NOT i.paid)'],
    ['inequality', '(i.a <> $1)'],
    ['a pattern', '(i.note ~~ $1)'],
    ['a subplan', '(i.a = (SubPlan 1))'],
    ['chance', '(i.a = (random() * $1))'],
    ['a function that may be anything', '(i.a = next_one($1))'],
    ['the same name elsewhere', '(j.a = $1)'],
    ['comparing a comparison', '((i.a = $1) = (i.b = $2))'],
  ])('says nothing of %s', (_, filter) => {
    expect(read(filter)).toEqual({ equal: [], range: [] });
  });

  test('by an alias that needs quotes', () => {
    expect(read('("My ""I""".a = $1)', 'My "I"')).toEqual({ equal: ['a'], range: [] });
  });
});

test.each([
  ['i.created_at', 'created_at'],
  ['i.created_at DESC', 'created_at'],
  ['i.created_at DESC NULLS LAST', undefined],
  ['i.name COLLATE "C"', undefined],
  ['(i.a + i.b)', undefined],
  ['j.created_at', undefined],
])('the sort key %s', (key, column) => {
  expect(readSortKey(key, 'i')).toBe(column);
});

test.each([
  [['a', 'b'], { equal: ['a'] }, true],
  [['b', 'a'], { equal: ['a', 'b'] }, true],
  [['b', 'a', 'c'], { equal: ['a', 'b'], range: 'c' }, true],
  [['a', 'c', 'b'], { equal: ['a', 'b'] }, false],
  [['a'], { equal: ['a'], range: 'c' }, false],
  [['c'], { equal: [], range: 'c' }, true],
  [['a', 'a'], { equal: ['a', 'b'] }, false],
  [[null, 'a'], { equal: ['a'] }, false],
])('an index over %j for %j', (columns, sought, expected) => {
  expect(serves(columns, sought)).toBe(expected);
});

describe('the name of an index', () => {
  test("is the guide's for the guide's columns", () => {
    expect(indexName('invoices', ['tenant_id', 'created_at'])).toBe('idx_invoices_tenant_date');
    expect(indexName('invoices', ['created_at', 'tenant_id'])).toBe('idx_invoices_created_at_tenant_id');
    expect(indexName('payments', ['tenant_id', 'created_at'])).toBe('idx_payments_tenant_id_created_at');
  });

  test.each([
    ['long', 'x'.repeat(70), ['tenant_id']],
    ['long in bytes', 'ä'.repeat(30), ['größe', '😀'.repeat(9)]],
  ])('fits when it is %s, and stays the same', (_, table, columns) => {
    const name = indexName(table, columns);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
    expect(name.isWellFormed()).toBe(true);
    expect(indexName(table, columns)).toBe(name);
    expect(indexName(table, [...columns, 'more'])).not.toBe(name);
  });

  test('differs from the one that is taken', () => {
    expect(distinctName('invoices', ['a'])).toMatch(/^idx_invoices_a_[0-9a-f]{8}$/);
  });
});
