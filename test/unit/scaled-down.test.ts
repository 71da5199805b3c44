/** The note on a workload that Paksa scaled down: from how many, and whether it still holds. */
import { expect, test } from 'vitest';
import { noteOf, SCALED_DOWN, scaledDown } from '../../src/adapters/kubernetes/scaled-down.ts';
import type { Found } from '../../src/adapters/kubernetes/workload.ts';

const AT = new Date('2026-10-01T12:00:00Z');
const LATER = new Date('2026-10-01T12:30:00Z');

const scaledTo = (replicas: number, note?: string | null): Found => ({
  kind: 'deployment',
  name: 'paksa-backend',
  namespace: 'paksa-financial',
  container: { name: 'backend' },
  object: {
    metadata: note ? { annotations: { [SCALED_DOWN]: note } } : {},
    spec: { replicas, selector: {}, template: {} },
  },
});

test('tells of the figure before, for as long as there are as many as it left', () => {
  const note = noteOf(scaledTo(5), 1, AT);
  expect(scaledDown(scaledTo(1, note))).toEqual({ from: 5, at: AT });
  expect(scaledDown(scaledTo(2, note))).toBeUndefined();
});

test('a second step down keeps the first figure and moment', () => {
  const note = noteOf(scaledTo(1, noteOf(scaledTo(5), 1, AT)), 0, LATER);
  expect(scaledDown(scaledTo(0, note))).toEqual({ from: 5, at: AT });
  // And half of the way back is still short of it.
  expect(scaledDown(scaledTo(3, noteOf(scaledTo(0, note), 3, LATER)))).toEqual({ from: 5, at: AT });
});

test.each([5, 6])('is removed once there are %i again', (replicas) => {
  expect(noteOf(scaledTo(1, noteOf(scaledTo(5), 1, AT)), replicas, LATER)).toBeNull();
});

test.each(['', 'five', '{"from":"5"}', '{"from":0,"to":1,"at":"2026-10-01"}'])(
  'what somebody else wrote there (%s) is nothing',
  (note) => {
    expect(scaledDown(scaledTo(1, note))).toBeUndefined();
  },
);
