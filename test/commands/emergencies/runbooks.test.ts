/** What holds of every emergency: its steps, what they rest on, what they show, and that a diagnosis raises no alarm by itself. */
import { describe, expect, test } from 'vitest';
import { dataLoss } from '../../../commands/emergencies/data-loss.ts';
import { securityBreach } from '../../../commands/emergencies/security-breach.ts';
import { systemDown } from '../../../commands/emergencies/system-down.ts';
import { examine } from '../../../src/engine/examine.ts';
import { redact } from '../../../src/redact.ts';
import { catalog } from '../../../src/runbook/define.ts';
import { toolsWith } from '../context.ts';

/** What a card has for the step that it is at: its heading, and the instructions. */
const ROOM = 1500;
const HEADING = 120;

test('they can be listed together', () => {
  expect([...catalog([systemDown, dataLoss, securityBreach]).keys()]).toEqual([
    'system-down',
    'data-loss',
    'security-breach',
  ]);
});

describe.each([
  ['system-down', systemDown],
  ['data-loss', dataLoss],
  ['security-breach', securityBreach],
])('%s', (topic, runbook) => {
  const steps = Object.entries(runbook.procedures?.[topic]?.steps ?? {});

  test('declaring it starts its own procedure', () => {
    expect(runbook.emergency).toBe(topic);
    expect(steps.length).toBeGreaterThan(5);
  });

  test.each(steps)('step %s names what there is', (_, step) => {
    if (step.kind === 'look')
      for (const check of step.checks) expect(Object.keys(runbook.checks)).toContain(check);
    if (step.kind === 'fix') {
      expect(Object.keys(runbook.fixes)).toContain(step.fix);
      // Done, it is not asked for again.
      const { verifiedBy = [] } = runbook.fixes[step.fix] ?? {};
      for (const check of step.when ?? []) expect(verifiedBy).toContain(check);
    }
  });

  test.each(steps)('step %s can be read whole on a phone, and hides nothing', (_, step) => {
    expect(step.title.length).toBeLessThanOrEqual(100);
    if (step.kind !== 'person') return;
    // A bullet, and a character that Slack wants escaped.
    const written = step.instructions.map((line) => `• ${line.replace(/[&<>]/g, '&amp;')}`).join('\n');
    expect(written.length).toBeLessThanOrEqual(ROOM - HEADING);
    for (const line of step.instructions) expect(redact(line)).toBe(line);
  });

  test('without anything configured, nothing is looked at and nothing can be done', async () => {
    const target = { environment: 'production' };
    const { findings, skipped } = await examine(runbook, target, toolsWith(), { redact: (value) => value });
    expect(findings).toEqual([]);
    for (const { why } of skipped) expect(why).toMatch(/^no .+ configured \(environments\.production\./);
    for (const fix of Object.values(runbook.fixes))
      expect(fix.unavailable(target)).toMatch(/^no .+ configured/);
  });
});

test.each([
  [
    dataLoss,
    [
      'writes-stopped',
      'pods-cannot-write',
      'containers-cannot-write',
      'pods-stopped',
      'containers-stopped',
      'pods-wanted',
      'containers-started',
      'backend-pods',
      'backend-containers',
    ],
  ],
  [
    securityBreach,
    [
      'isolated',
      'cut-off',
      'pods-stopped',
      'containers-stopped',
      'pods-wanted',
      'containers-started',
      'backend-pods',
      'backend-containers',
    ],
  ],
  [systemDown, ['pods-wanted']],
])('a diagnosis of $topic asks nothing that is so only once somebody has acted', (runbook, named) => {
  const onlyNamed = Object.entries(runbook.checks).filter(([, { isOnlyNamed }]) => isOnlyNamed);
  expect(onlyNamed.map(([id]) => id)).toEqual(expect.arrayContaining(named));
  expect(onlyNamed).toHaveLength(named.length);
});

test('a check that has to be named is asked by who names it, and by no diagnosis', async () => {
  const target = { environment: 'x', postgres: { host: 'db', port: 5432, user: 'u', database: 'd' } };
  const probes = toolsWith();
  const options = { redact: <Value>(value: Value): Value => value };
  const all = await examine(dataLoss, target, probes, options);
  expect(all.findings.map(({ check }) => check)).not.toContain('writes-stopped');
  const [finding] = (await examine(dataLoss, target, probes, { ...options, only: ['writes-stopped'] }))
    .findings;
  expect(finding).toMatchObject({ check: 'writes-stopped', status: 'inconclusive' });
});
