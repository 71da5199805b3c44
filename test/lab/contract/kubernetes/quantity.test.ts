/** Quantities as manifests have them, and as Paksa writes them. */
import { expect, test } from 'vitest';
import { formatBytes, parseBytes, parseMillicores } from '../../../../src/adapters/kubernetes/quantity.ts';

test.each([
  ['0', 0],
  ['134217728', 134_217_728],
  ['128Mi', 134_217_728],
  ['1.5Gi', 1_610_612_736],
  ['128M', 128_000_000],
  ['64k', 64_000],
  ['1Ki', 1024],
  ['2e3', 2000],
  ['2E3', 2000],
  ['1E', 1e18],
  ['129e6', 129_000_000],
  ['123456789m', 123_457],
  ['.5Gi', 536_870_912],
  ['1Ti', 1_099_511_627_776],
])('%s is %d bytes', (quantity, bytes) => {
  expect(parseBytes(quantity)).toBe(bytes);
});

test.each([
  ['1', 1000],
  ['250m', 250],
  ['0.1', 100],
  ['1.5', 1500],
  ['500000u', 500],
  ['1234567n', 2],
  ['2k', 2_000_000],
])('%s is %d thousandths of a core', (quantity, millicores) => {
  expect(parseMillicores(quantity)).toBe(millicores);
});

test.each(['', 'lots', '12Xi', 'Mi', '1e', '--1', undefined])('%s is none', (quantity) => {
  expect(parseBytes(quantity)).toBeUndefined();
});

test.each([
  [536_870_912, '512Mi'],
  [1_610_612_736, '1536Mi'],
  [2_147_483_648, '2Gi'],
  [2048, '2Ki'],
  [1000, '1000'],
])('%d bytes are written %s', (bytes, quantity) => {
  expect(formatBytes(bytes)).toBe(quantity);
});
