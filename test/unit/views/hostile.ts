/** Text, findings and incidents as an attacker or an accident would write them. */
import fc from 'fast-check';
import type { Attempt, AttemptStage, Incident, ProposedFix } from '../../../src/incident/incident.ts';
import type { Finding } from '../../../src/runbook/finding.ts';
import { attempt, incident, preview } from '../sample-incident.ts';

const PIECES = [
  '<!channel>',
  '<!here|look>',
  '<!subteam^SEVIL>',
  '<@UEVIL>',
  '<#CEVIL|general>',
  '<http://evil.example|your bank>',
  '<https://evil.example',
  '<!date^0^{date}^http://evil.example|now>',
  '&lt;!channel&gt;',
  '&',
  '>',
  '`',
  '```',
  '*',
  '_',
  '~',
  '|',
  '\n',
  '\r\n> ',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u0000',
  '\u001b[2J',
  '\u007f',
  '\ud83d',
  '\udd25',
  '🔥',
  '👩‍💻',
  'é̂̃',
  'مرحبا',
  ' ',
  'expires in 5 days',
];

export const HUGE = 100_000;

/** Up to 100 kB of one thing, or a little of many. Sometimes nothing that can be seen, never nothing at all. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 })
      .map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', minLength: 1 }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...PIECES, 'word ')
      .map((piece) => piece.repeat(Math.ceil(HUGE / piece.length))),
  },
);

export const hostileFinding: fc.Arbitrary<Finding> = fc
  .record({
    check: fc.constantFrom('expiry', 'name', 'chain'),
    title: hostileText,
    status: fc.constantFrom('healthy', 'problem', 'inconclusive'),
    severity: fc.constantFrom('warning', 'critical'),
    summary: hostileText,
    evidence: fc.dictionary(
      hostileText,
      fc.oneof(hostileText, fc.integer(), fc.boolean(), fc.array(hostileText)),
    ),
    suggests: fc.constant([]),
  })
  .map(({ severity, ...found }) => (found.status === 'problem' ? { ...found, severity } : found));

export const STAGES = [
  'previewing',
  'awaiting-approval',
  'approved',
  'running',
  'verifying',
  'succeeded',
  'undoing',
  'undo-running',
  'verifying-undo',
  'undone',
  'preview-failed',
  'withdrawn',
  'denied',
  'expired',
  'failed',
  'undo-failed',
] as const satisfies readonly AttemptStage[];

/** Does not compile when a stage is missing above. */
export const ALL_STAGES: [Exclude<AttemptStage, (typeof STAGES)[number]>] extends [never]
  ? readonly AttemptStage[]
  : never = STAGES;

const hostileAttempt = (fix: string): fc.Arbitrary<Attempt> =>
  fc
    .record({
      stage: fc.constantFrom(...ALL_STAGES),
      outcome: hostileText,
      summary: hostileText,
      changes: fc.array(fc.record({ what: hostileText, before: hostileText, after: hostileText }), {
        maxLength: 14,
      }),
      notes: fc.array(hostileText, { maxLength: 5 }),
    })
    .map(({ stage, outcome, summary, changes, notes }) =>
      attempt(stage, { fix, outcome, preview: { ...preview('serial 1'), summary, changes, notes } }),
    );

const hostileFix = (index: number): fc.Arbitrary<readonly [ProposedFix, Attempt | undefined]> =>
  fc.tuple(
    fc
      .record(
        {
          title: hostileText,
          risk: fc.constantFrom('low' as const, 'medium' as const, 'high' as const),
          suggested: fc.boolean(),
          unavailable: hostileText,
          irreversible: hostileText,
        },
        { requiredKeys: ['title', 'risk', 'suggested'] },
      )
      .map((fix): ProposedFix => ({ id: `fix-${index}`, ...fix })),
    fc.option(hostileAttempt(`fix-${index}`), { nil: undefined }),
  );

/** Far more of everything than any runbook has. */
export const hostileIncident: fc.Arbitrary<Incident> = fc
  .record({
    title: hostileText,
    environment: hostileText,
    openedBy: hostileText.map((name) => `cli:${name}`),
    findings: fc.array(hostileFinding, { maxLength: 25 }),
    fixes: fc
      .integer({ min: 0, max: 30 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => hostileFix(index)))),
    levelName: hostileText,
    status: fc.constantFrom('open' as const, 'acknowledged' as const, 'resolved' as const),
    ladder: fc.constantFrom(
      'waiting' as const,
      'climbing' as const,
      'exhausted' as const,
      'stopped' as const,
    ),
  })
  .map(({ fixes, levelName, ladder, ...rest }) => {
    const plain = incident();
    const { policy } = plain;
    const levels = policy.escalation.levels.map((level) => ({ ...level, name: levelName }));
    const attempts = fixes.flatMap(([{ id }, made]) => (made ? [[id, made] as const] : []));
    return incident({
      ...rest,
      fixes: fixes.map(([fix]) => fix),
      attempts: Object.fromEntries(attempts),
      ladder: { ...plain.ladder, state: ladder, level: ladder === 'climbing' ? 2 : 0, repeat: 2 },
      policy: { ...policy, escalation: { ...policy.escalation, levels } },
    });
  });
