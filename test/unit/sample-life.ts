/** One of each event of an incident's life beside its fixes, with `text` wherever it takes text. */
import type { Incident } from '../../src/incident/incident.ts';
import type { LifeEvent } from '../../src/incident/life-event.ts';
import { finding, OPENED } from './sample-incident.ts';

const UNTIL = OPENED + 3_600_000;

export const lifeEvents = (
  text: string,
): { readonly [Name in LifeEvent['type']]: Extract<LifeEvent, { type: Name }> } => {
  const findings = [{ ...finding('expiry', 'problem'), title: text, summary: text }];
  const other = { id: 'INC-7', topic: 'slow-api', title: text, fingerprint: 'production/slow-api', findings };
  return {
    snoozed: { type: 'snoozed', until: UNTIL },
    reassigned: { type: 'reassigned', to: 'U2' },
    reopened: { type: 'reopened', reason: text },
    noted: { type: 'noted', text },
    refused: { type: 'refused', what: text, why: text },
    merged: { type: 'merged', into: 'INC-8' },
    absorbed: { type: 'absorbed', incidents: [other], severity: 'critical' },
    parted: { type: 'parted', incident: 'INC-7' },
    'seen-elsewhere': { type: 'seen-elsewhere', of: `production/${text}`, findings, severity: 'critical' },
    'room-opened': { type: 'room-opened', number: 1, channel: 'C012AB3CD', name: text },
    'room-failed': { type: 'room-failed', number: 1, reason: text },
    'room-joined': { type: 'room-joined', users: ['U1'], leftOut: [{ user: 'U2', reason: text }] },
  };
};

/** What may happen to an incident at this moment; some of it is refused. */
export const lifeOf = ({ id, room, merged, status }: Incident, now: number): readonly LifeEvent[] => {
  const of = 'production/slow-api';
  const other = { id: 'INC-7', topic: 'slow-api', title: 'Slow API', fingerprint: of, findings: [] };
  const number = room?.number ?? 1;
  const channel = `C${number}`;
  return [
    { type: 'snoozed', until: now + 4 },
    { type: 'snoozed', until: now },
    { type: 'reassigned', to: 'U2' },
    { type: 'reassigned', to: 'UAPPROVER' },
    { type: 'noted', text: 'seen' },
    { type: 'refused', what: 'resolve it' },
    { type: 'refused', what: 'acknowledge it', why: 'It has been acknowledged already.' },
    ...(merged ? [] : ([{ type: 'absorbed', incidents: [other], severity: 'warning' }] as const)),
    ...(['healthy', 'problem'] as const).map(
      (is): LifeEvent => ({
        type: 'seen-elsewhere',
        of,
        findings: [finding('timing', is)],
        severity: 'critical',
      }),
    ),
    { type: 'parted', incident: 'INC-7' },
    { type: 'room-opened', number, channel, name: id.toLowerCase() },
    { type: 'room-failed', number, reason: 'no more channels' },
    { type: 'room-joined', users: ['U1'], leftOut: [] },
    ...(status === 'resolved'
      ? ([
          { type: 'reopened', reason: 'it is back' },
          { type: 'reopened', reason: 'it is back' },
          { type: 'merged', into: 'INC-8' },
        ] as const)
      : []),
  ];
};
