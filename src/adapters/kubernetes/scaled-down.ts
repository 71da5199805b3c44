/** What Paksa writes on a workload that it scales down: from how many, to how many, and when. */
import { z } from 'zod';
import type { ScaledDown } from './port.ts';
import type { Found } from './workload.ts';

export const SCALED_DOWN = 'paksa.io/scaled-down';

const note = z.object({
  from: z.number().int().positive(),
  to: z.number().int().min(0),
  at: z.coerce.date(),
});

/** Believed only while there are as many as it says: whoever has scaled since knew what they were doing. */
export function scaledDown({ object }: Found): ScaledDown | undefined {
  const written = object.metadata?.annotations?.[SCALED_DOWN];
  const read = written === undefined ? undefined : note.safeParse(parsed(written)).data;
  return read !== undefined && read.to === (object.spec?.replicas ?? 1)
    ? { from: read.from, at: read.at }
    : undefined;
}

/** The note for a scaling to so many; null, which removes it, once there are as many again. A second step down keeps the first one's figure. */
export function noteOf(found: Found, to: number, at: Date): string | null {
  const known = scaledDown(found);
  const from = known?.from ?? found.object.spec?.replicas ?? 1;
  return to < from ? JSON.stringify({ from, to, at: known?.at ?? at }) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
