/** What the bench makes of its rounds: medians, how many times as long a person needs, and what waits for what. */
import { describe, expect, test } from 'vitest';
import { figuresOf, guidePage, type Measured, median } from '../../bench/guide-page.ts';

const measured = (changes: Partial<Measured> = {}): Measured => ({
  sitting: { topic: 'ssl', on: 'Kubernetes', commands: ['openssl x509', 'openssl s_client'] },
  byHand: [
    [100, 300],
    [200, 400],
    [100, 200],
  ],
  byPaksa: [
    { whole: 110, checks: { expiry: 100, name: 10 } },
    { whole: 210, checks: { expiry: 200, name: 20 } },
    { whole: 55, checks: { expiry: 20, name: 50 } },
  ],
  cold: [900, 1100, 1000],
  ...changes,
});

test.each([
  [[3, 1, 2], 2],
  [[4, 1, 2, 3], 2.5],
  [[7], 7],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

describe('figures', () => {
  test('are medians of whole sittings, not sums of medians', () => {
    expect(figuresOf(measured())).toMatchObject({ byHand: 400, byPaksa: 110, cold: 1000 });
  });

  test('say how many times as long a person needs', () => {
    expect(figuresOf(measured()).gain).toBeCloseTo(400 / 110);
  });

  test('compare each diagnosis with its own slowest check', () => {
    const { slowest, overSlowest } = figuresOf(measured());
    expect(slowest).toEqual({ check: 'expiry', took: 100 });
    expect(overSlowest).toBeCloseTo(1.1);
  });
});

describe('the page', () => {
  test('puts ratios first, and marks what is slower than by hand or waits for something', () => {
    const slow = measured({ byPaksa: [{ whole: 900, checks: { expiry: 500 } }] });
    const page = guidePage([measured(), slow], { cores: 2 });
    expect(page).toContain('| ssl | Kubernetes | 3.6 × | 1.10 |');
    expect(page).toContain('| ssl | Kubernetes | **0.4 ×** | **1.80** |');
    expect(page.indexOf('÷')).toBeLessThan(page.indexOf('## Seconds'));
  });

  test('lists what was run by hand, each command with its time', () => {
    expect(guidePage([measured()], { cores: 2 })).toContain(
      '**ssl**, Kubernetes:\n\n- 0.100 `openssl x509`\n- 0.300 `openssl s_client`',
    );
  });
});
