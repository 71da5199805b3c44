/** Text, findings and incidents as an attacker or an accident would write them. */
import fc from 'fast-check';
import { ALERT_SOURCES, type IncidentAlerts } from '../../../src/incident/alert.ts';
import type { Attempt, AttemptStage, Incident, ProposedFix } from '../../../src/incident/incident.ts';
import type { ProcedureRun, StepFinding, StepRun } from '../../../src/incident/plan.ts';
import type { Finding } from '../../../src/runbook/finding.ts';
import { attempt, incident, OPENED, preview } from '../sample-incident.ts';

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

const hostileStepFinding: fc.Arbitrary<StepFinding> = fc.record({
  title: hostileText,
  status: fc.constantFrom('healthy', 'problem', 'inconclusive', 'skipped'),
  summary: hostileText,
});

/** Somebody in a terminal may have any name. */
const hostilePerson = hostileText.map((name) => `cli:${name}`);

const hostileStep = (index: number): fc.Arbitrary<StepRun> =>
  fc
    .record({
      kind: fc.constantFrom('look' as const, 'fix' as const, 'person' as const),
      title: hostileText,
      instructions: fc.array(hostileText, { maxLength: 8 }),
      done: fc.record(
        {
          by: hostilePerson,
          assignee: hostilePerson,
          note: hostileText,
          isOverdue: fc.constant(true as const),
        },
        { requiredKeys: [] },
      ),
      findings: fc.option(fc.array(hostileStepFinding, { maxLength: 12 }), { nil: undefined }),
      isAsked: fc.boolean(),
    })
    .map(({ kind, title, instructions, done, findings, isAsked }): StepRun => {
      const progress = {
        id: `step-${index}`,
        title,
        minutes: 5,
        round: index,
        state: 'waiting' as const,
        startedAt: OPENED,
        endedAt: OPENED + 90_000,
        dueAt: OPENED + 300_000,
        ...done,
        ...(findings ? { findings } : {}),
      };
      if (kind === 'look') return { ...progress, kind, checks: ['expiry'], mustBeHealthy: true };
      if (kind === 'person') return { ...progress, kind, instructions };
      return { ...progress, kind, fix: 'fix-0', when: ['expiry'], ...(isAsked ? { attempt: 2 } : {}) };
    });

/** At any of its steps, or ended. */
const hostileProcedure: fc.Arbitrary<ProcedureRun> = fc
  .record({
    title: hostileText,
    emergency: fc.boolean(),
    startedBy: hostilePerson,
    why: hostileText,
    steps: fc
      .integer({ min: 1, max: 16 })
      .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => hostileStep(index)))),
    at: fc.nat(16),
    state: fc.constantFrom('doing' as const, 'failed' as const),
    ends: fc.array(fc.constantFrom('done' as const, 'skipped' as const), { minLength: 16, maxLength: 16 }),
    isStopped: fc.boolean(),
  })
  .map(({ steps, at, state, ends, isStopped, why, ...run }): ProcedureRun => {
    const isOver = isStopped || at >= steps.length;
    const ended = {
      at: OPENED + 600_000,
      by: run.startedBy,
      how: isStopped ? 'stopped' : 'finished',
      why,
    } as const;
    return {
      id: 'walk-through',
      ...run,
      startedAt: OPENED,
      from: 1,
      round: 16,
      steps: steps.map((step, index): StepRun => {
        if (index < at) return { ...step, state: ends[index] ?? 'done' };
        if (index > at) return { ...step, state: isOver ? 'left' : 'waiting' };
        return { ...step, state: isOver ? 'left' : state };
      }),
      ...(isOver ? { ended } : {}),
    };
  });

export const hostileAlerts: fc.Arbitrary<IncidentAlerts> = fc
  .record({
    source: fc.constantFrom(...ALERT_SOURCES),
    moreNames: fc.nat(3),
    names: fc.array(
      fc.record({
        name: hostileText,
        firing: fc.nat(3),
        severity: fc.constantFrom('warning' as const, 'critical' as const),
        since: fc.constant(OPENED),
        summary: hostileText,
        link: fc.oneof(
          hostileText,
          hostileText.map((text) => `https://evil.example/${text}`),
          fc.constant('https://prometheus.paksa.test/graph?g0.expr=up&g0.tab=1'),
        ),
        evidence: fc.dictionary(hostileText, hostileText),
      }),
      { maxLength: 14 },
    ),
  })
  .map(({ names, ...rest }) => {
    const firing = names.reduce((sum, each) => sum + each.firing, 0);
    return { ...rest, names, firing, total: firing + 3, looking: 'now' };
  });

/** Snoozed, handed over, merged, with a channel of its own: what is from outside in that are titles and names. */
const hostileLife: fc.Arbitrary<Partial<Incident>> = fc
  .record({ by: hostilePerson, titles: fc.array(hostileText, { maxLength: 8 }), isMerged: fc.boolean() })
  .map(({ by, titles, isMerged }) => ({
    snoozed: { until: OPENED + 3_600_000, by },
    handedTo: { user: 'U012AB3CD', by },
    ...(isMerged ? { mergedInto: 'INC-8' } : {}),
    room: { number: 1, state: 'open', channel: 'C012AB3CD', name: 'inc-1-ssl' },
    merged: titles.map((title, index) => ({
      ...{ id: `INC-${index + 20}`, topic: 'ssl', title, fingerprint: 'production/ssl', findings: [] },
    })),
  }));

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
    procedure: fc.option(hostileProcedure, { nil: undefined }),
    alerts: fc.option(hostileAlerts, { nil: undefined }),
    life: fc.option(hostileLife, { nil: undefined }),
    status: fc.constantFrom('open' as const, 'acknowledged' as const, 'resolved' as const),
    ladder: fc.constantFrom(
      'waiting' as const,
      'climbing' as const,
      'exhausted' as const,
      'stopped' as const,
    ),
  })
  .map(({ fixes, levelName, ladder, procedure, alerts, life, ...rest }) => {
    const plain = incident();
    const { policy } = plain;
    const levels = policy.escalation.levels.map((level) => ({ ...level, name: levelName }));
    const attempts = fixes.flatMap(([{ id }, made]) => (made ? [[id, made] as const] : []));
    return incident({
      ...rest,
      ...life,
      ...(procedure ? { procedure } : {}),
      ...(alerts ? { alerts, undiagnosed: true } : {}),
      fixes: fixes.map(([fix]) => fix),
      attempts: Object.fromEntries(attempts),
      ladder: { ...plain.ladder, state: ladder, level: ladder === 'climbing' ? 2 : 0, repeat: 2 },
      policy: { ...policy, escalation: { ...policy.escalation, levels } },
    });
  });
