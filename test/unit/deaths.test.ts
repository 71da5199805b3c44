/** A step that something must not be done twice at is named in the code so that a test can kill the process there: one does. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEATHS } from '../crash/deaths.ts';

const ROOT = join(import.meta.dirname, '../..');
const sourcesIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
const matches = (sources: readonly string[], pattern: RegExp): Set<string> =>
  new Set(sources.flatMap((source) => [...source.matchAll(pattern)].map(([, name = '']) => name)));

test('the process is killed at every named step that the code comes by, and at no other', () => {
  const named = matches(sourcesIn('src'), /checkpoint\(\s*'([a-z-]+)'/g);
  const killed = new Set<string>(Object.values(DEATHS).flat());
  expect([...killed].toSorted()).toEqual([...named].toSorted());
});

test('each of those lists is gone through by a suite', () => {
  const used = matches([...sourcesIn('test/smoke'), ...sourcesIn('test/crash')], /DEATHS\.(\w+)/g);
  expect([...used].toSorted()).toEqual(Object.keys(DEATHS).toSorted());
});
