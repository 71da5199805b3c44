/** Where the process dies, by what is under way then: between them the suites kill it at every named step (test/unit/deaths.test.ts). */
import type { CheckpointName } from '../../src/engine/ports.ts';

export const DEATHS = {
  fix: [
    ...(['received', 'decided', 'preview-drawn', 'started', 'captured', 'acted', 'recorded'] as const),
    ...(['looked', 'verified', 'message-claimed', 'message-posted'] as const),
  ],
  procedure: ['received', 'procedure-started', 'step-looked', 'decided'],
  merge: ['received', 'merged'],
  room: ['room-claimed', 'room-created', 'room-invited'],
  alerts: ['alerts-kept', 'alerts-joined', 'message-claimed', 'message-posted'],
  /** Of a ladder: between every two steps of deciding, sending, recording, answering and escalating. */
  pages: [
    ...(['timer-fired', 'timer-decided', 'page-begun', 'page-taken', 'page-sent', 'page-recorded'] as const),
    ...(['message-claimed', 'message-posted', 'received', 'decided'] as const),
    ...(['quiet-begun', 'quiet-told', 'quiet-recorded'] as const),
  ],
  sms: ['page-begun', 'page-taken', 'page-sent'],
  reply: ['reply-kept', 'replied'],
  /** Without the database: deciding, posting and recording; and taking in the answer. */
  away: ['timer-fired', 'message-posted', 'page-recorded', 'spool-kept', 'decided'],
  back: ['spool-imported', 'spool-caught-up', 'spool-reconciled'],
} as const satisfies Readonly<Record<string, readonly CheckpointName[]>>;
