/** Checks side by side: what throws, is late or hangs could not look, and holds nobody up. */
import { describe, expect, test } from 'vitest';
import { examine } from '../../src/engine/examine.ts';
import { type Check, check } from '../../src/runbook/check.ts';
import type { Runbook } from '../../src/runbook/define.ts';
import { type Finding, healthy, problem } from '../../src/runbook/finding.ts';
import { toolsWith } from '../commands/context.ts';

const PROBES = toolsWith();
const TARGET = { environment: 'production' };
const asIs = <Value>(value: Value): Value => value;

const examineAll = (
  checks: Record<string, Check>,
  options: Partial<Parameters<typeof examine>[3]> = {},
  probes = PROBES,
) => {
  const runbook: Runbook = { topic: 'sample', title: 'A sample', symptoms: [], checks, fixes: {} };
  return examine(runbook, TARGET, probes, { redact: asIs, ...options });
};

/** Probes of which one answers, and counts how often it is asked. */
const counting = (answer: (host: string, signal: AbortSignal) => Promise<readonly string[]>) => {
  const asked: string[] = [];
  const resolve = (host: string, signal: AbortSignal) => {
    asked.push(host);
    return answer(host, signal);
  };
  return { asked, probes: toolsWith({ network: { resolve } }) };
};

const fine = check('Fine', async () => healthy('fine'));
/** Ignores its signal, as a careless adapter would. */
const hangs = check('Hangs', () => new Promise(() => {}), { timeoutSeconds: 0.05 });
/** Gives up when it is told to, as a careful one does. */
const obeys = check(
  'Obeys',
  ({ signal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('socket closed')))),
  { timeoutSeconds: 0.05 },
);

describe('a check that could not look', () => {
  test.each([
    [
      'throws',
      check('Throws', async () => Promise.reject(new Error('connection refused'))),
      'connection refused',
    ],
    [
      'throws before it has begun',
      check('Throws', () => {
        throw new Error('no server configured');
      }),
      'no server configured',
    ],
    ['throws what is no error', check('Throws', async () => Promise.reject('a word')), 'a word'],
    ['is late and gives up', obeys, 'no answer within 0.05 s'],
    ['is late and does not', hangs, 'no answer within 0.05 s'],
  ])('%s: inconclusive, never healthy', async (_, looks, why) => {
    const { findings } = await examineAll({ looks });
    expect(findings).toEqual([
      {
        check: 'looks',
        title: looks.title,
        status: 'inconclusive',
        summary: `could not look: ${why}`,
        evidence: {},
        suggests: [],
      },
    ]);
  });

  test('holds nobody up: the others are told at once', async () => {
    const arrived: string[] = [];
    await examineAll({ hangs, obeys, fine }, { onFinding: (finding) => arrived.push(finding.check) });
    expect(arrived[0]).toBe('fine');
    expect(arrived.toSorted()).toEqual(['fine', 'hangs', 'obeys']);
  });
});

describe('side by side', () => {
  test('each begins before any has ended', async () => {
    let begun = 0;
    const together = Promise.withResolvers<void>();
    const meets = check('Meets', async () => {
      begun += 1;
      if (begun === 3) together.resolve();
      await together.promise;
      return healthy('met');
    });
    const { findings } = await examineAll({ first: meets, second: meets, third: meets });
    expect(findings.map(({ status }) => status)).toEqual(['healthy', 'healthy', 'healthy']);
  });

  test('told as they come in, reported in the runbook’s order', async () => {
    const last = Promise.withResolvers<void>();
    const slow = check('Slow', async () => {
      await last.promise;
      return problem('broken', { suggests: ['mend'] });
    });
    const arrived: Finding[] = [];
    const { findings, tookMs } = await examineAll(
      { slow, fine },
      {
        onFinding: (finding) => {
          arrived.push(finding);
          last.resolve();
        },
      },
    );
    expect(arrived.map(({ check }) => check)).toEqual(['fine', 'slow']);
    expect(findings.map(({ check }) => check)).toEqual(['slow', 'fine']);
    expect(findings[0]).toEqual(arrived[1]);
    expect(tookMs).toBeGreaterThanOrEqual(0);
  });
});

describe('what is looked at', () => {
  const elsewhere = check('Elsewhere', async () => expect.fail('it has nothing to look at'), {
    skip: ({ environment }) => `nothing of ${environment} is configured`,
  });

  test('what has nothing to look at is listed with why, and is no finding', async () => {
    expect(await examineAll({ elsewhere, fine })).toMatchObject({
      findings: [{ check: 'fine' }],
      skipped: [{ check: 'elsewhere', title: 'Elsewhere', why: 'nothing of production is configured' }],
    });
  });

  test('only what was named, when something was', async () => {
    const { findings, skipped } = await examineAll({ fine, elsewhere, hangs }, { only: ['fine'] });
    expect(findings.map(({ check }) => check)).toEqual(['fine']);
    expect(skipped).toEqual([]);
    expect((await examineAll({ fine }, { only: [] })).findings).toEqual([]);
  });

  test('a check is given the target, the probes, the moment, and when to stop', async () => {
    const before = Date.now();
    const asks = check('Asks', async ({ target, now, signal, network }) => {
      expect(target).toBe(TARGET);
      await expect(network.resolve('paksa', signal)).rejects.toThrow('network.resolve was not to be called');
      expect(now.getTime()).toBeGreaterThanOrEqual(before);
      expect(signal.aborted).toBe(false);
      return healthy('asked');
    });
    expect((await examineAll({ asks })).findings).toMatchObject([{ summary: 'asked' }]);
  });
});

describe('what several checks ask', () => {
  const asking = (host: string, timeoutSeconds = 10) =>
    check('Asks', async ({ network, signal }) => healthy((await network.resolve(host, signal)).join()), {
      timeoutSeconds,
    });

  test('is asked once, and every check gets the answer; another question is asked too', async () => {
    const { asked, probes } = counting(async (host) => [`address of ${host}`]);
    const { findings } = await examineAll(
      { one: asking('paksa'), two: asking('paksa'), three: asking('redis') },
      {},
      probes,
    );
    expect(findings.map(({ summary }) => summary)).toEqual([
      'address of paksa',
      'address of paksa',
      'address of redis',
    ]);
    expect(asked).toEqual(['paksa', 'redis']);
  });

  test('is asked again by the next examination', async () => {
    const { asked, probes } = counting(async () => ['127.0.0.1']);
    await examineAll({ one: asking('paksa') }, {}, probes);
    await examineAll({ one: asking('paksa') }, {}, probes);
    expect(asked).toEqual(['paksa', 'paksa']);
  });

  test('is still answered when the first to ask has stopped waiting, and ends with the examination', async () => {
    const answer = Promise.withResolvers<readonly string[]>();
    let given: AbortSignal | undefined;
    const { probes } = counting((_, signal) => {
      given = signal;
      return answer.promise;
    });
    const { findings } = await examineAll(
      { hurried: asking('paksa', 0.05), patient: asking('paksa') },
      { onFinding: ({ check: id }) => id === 'hurried' && answer.resolve(['127.0.0.1']) },
      probes,
    );
    expect(findings.map(({ status }) => status)).toEqual(['inconclusive', 'healthy']);
    expect(given?.aborted).toBe(true);
  });
});

describe('a check that is a load itself', () => {
  test('waits until everybody has measured', async () => {
    const order: string[] = [];
    const measured = Promise.withResolvers<void>();
    const heavy = check(
      'Heavy',
      async () => {
        order.push('heavy');
        return healthy('looked');
      },
      { heavy: true },
    );
    const measures = check('Measures', async () => {
      order.push('measured');
      return healthy('measured');
    });
    const turns = { measured: () => measured.resolve(), free: measured.promise };
    const { findings } = await examineAll({ heavy, measures }, { turns });
    expect(order).toEqual(['measured', 'heavy']);
    expect(findings.map(({ check: id }) => id)).toEqual(['heavy', 'measures']);
  });

  test('begins at once where nobody else looks', async () => {
    const alone = check('Alone', async () => healthy('looked'), { heavy: true });
    expect((await examineAll({ alone })).findings).toMatchObject([{ status: 'healthy' }]);
  });
});

describe('called off from outside', () => {
  const patient = (...looks: readonly Check[]) =>
    Object.fromEntries(looks.map((look) => [look.title.toLowerCase(), { ...look, timeoutSeconds: 60 }]));

  test('while it looks: what had come in stands, the rest could not look', async () => {
    const stop = new AbortController();
    const { findings } = await examineAll(
      { ...patient(hangs, obeys), fine },
      { signal: stop.signal, onFinding: () => stop.abort() },
    );
    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['hangs', 'inconclusive'],
      ['obeys', 'inconclusive'],
      ['fine', 'healthy'],
    ]);
  });

  test('before it began: it ends all the same', { timeout: 2000 }, async () => {
    const { findings } = await examineAll(patient(hangs), { signal: AbortSignal.abort() });
    expect(findings).toMatchObject([{ status: 'inconclusive' }]);
  });
});

describe('what people will read is redacted', () => {
  const hide = <Value>(value: Value): Value =>
    JSON.parse(JSON.stringify(value).replaceAll('hunter2', '‹hidden›'));

  test('a verdict, its evidence and an error’s words, before anybody is told', async () => {
    const told: Finding[] = [];
    const { findings } = await examineAll(
      {
        says: check('Says', async () =>
          problem('hunter2', { evidence: { url: 'postgres://paksa:hunter2@db' } }),
        ),
        throws: check('Throws', async () => Promise.reject(new Error('hunter2 refused'))),
      },
      { redact: hide, onFinding: (finding) => told.push(finding) },
    );
    expect(findings).toMatchObject([
      { summary: '‹hidden›', evidence: { url: 'postgres://paksa:‹hidden›@db' } },
      { summary: 'could not look: ‹hidden› refused' },
    ]);
    expect(JSON.stringify(told)).not.toContain('hunter2');
  });
});
