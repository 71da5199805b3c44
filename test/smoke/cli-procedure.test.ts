/** Procedures in a terminal, for the day Slack is down: started, gone through question by question, left, and taken up again. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { procedure } from '../../src/cli/procedure.ts';
import { EXIT } from '../../src/cli/usage.ts';
import { loadConfig } from '../../src/config.ts';
import { decide } from '../../src/engine/decide.ts';
import { createLog } from '../../src/log.ts';
import { openEngine } from '../../src/open-engine.ts';
import { createWorld, type World } from '../harness/world.ts';
import { refOf } from '../unit/sample-procedure.ts';
import { topics } from './sample-topics.ts';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());
beforeEach(() => world.stack.inject('mend'));

type Engine = Awaited<ReturnType<typeof openEngine>>;
/** What is typed, or what happens while the question stands; nothing more is a terminal that is gone. */
type Answer = string | ((engine: Engine) => Promise<string>);

interface RunOptions {
  readonly procedure?: string;
  readonly yes?: boolean;
}

/** Goes through it with these answers, and resolves with all that was said and asked. */
async function goThrough(answers: readonly Answer[], { procedure: id, yes = false }: RunOptions = {}) {
  const config = loadConfig({ env: world.env });
  const log = createLog({ level: 'error', secrets: [] });
  const engine = await openEngine({ config, databaseUrl: world.database.url, log, topics, settleMs: 3_000 });
  const said: string[] = [];
  const left = [...answers];
  const terminal = {
    say: (...lines: readonly string[]) => {
      said.push(...lines);
    },
    ask: async (question: string) => {
      said.push(question);
      const answer = left.shift();
      return typeof answer === 'function' ? answer(engine) : answer;
    },
    close: () => undefined,
  };
  try {
    const code = await procedure(engine, { topic: 'ssl', procedure: id, yes }, terminal);
    return { code, said: said.join('\n'), left };
  } finally {
    await engine.close();
  }
}

const open = async (engine: Engine) => {
  const [incident] = await engine.store.openIncidents();
  if (!incident) throw new Error('nothing is open');
  return incident;
};

describe('an emergency', () => {
  test.each([['n'], ['']])(
    'answered with %j, its steps are said, and nothing is declared',
    async (answer) => {
      const { code, said } = await goThrough([answer]);
      expect(said).toMatch(/The certificate is lost \(sandbox\)\n {2}\.\. {2}1\. See what is served\n/);
      expect(said).toContain('The first level is paged at once.');
      expect(said).toContain('Nothing was declared.');
      expect(code).toBe(EXIT.problem);
    },
  );

  test('is gone through: what Paksa sees, what it would change, what people do, and how it ended', async () => {
    await world.stack.inject('expired');
    const somebodyElse = async (engine: Engine) => {
      const incident = await open(engine);
      await decide(
        engine,
        incident.id,
        { decision: 'tick-step', ...refOf(incident) },
        { id: 'cli:dana', groups: [] },
      );
      return 'd';
    };
    const answers = ['y', 'y', 'what?', somebodyElse, 'c', 'nobody answers', 's', 'tomorrow'];
    const { code, said, left } = await goThrough(answers);
    expect(left).toEqual([]);
    expect(said).toMatch(/INC-1 {2}The certificate is lost \(sandbox\)/);
    expect(said).toMatch(
      /ok {2}1\. See what is served: done by paksa in .*\n +!! {2}Certificate the server presents/,
    );
    expect(said).toMatch(/Serial: .* -> a new one[\s\S]*Run it\?/);
    expect(said).toMatch(/-- {2}3\. Restart the ingress: skipped by paksa: no workload of nginx configured/);
    expect(said).toMatch(
      />> {2}4\. Tell the customers: now\n +Write to the status page\.\n +Call the desk\./,
    );
    expect(said).toContain('“Tell the customers” is done already.');
    expect(said).toMatch(/!! {2}5\. Call the authority: failed by .*: nobody answers/);
    expect(said).toMatch(/-- {2}5\. Call the authority: skipped by .*: tomorrow/);
    expect(said).toMatch(/ok {2}7\. Prove that it is served: done by paksa/);
    expect(said).toContain('Gone through to its end. Resolve INC-1 when all is well.');
    expect(code).toBe(EXIT.healthy);
    expect(await world.stack.state()).toMatchObject({ healthy: true });
  });

  test('left half-way, goes on where it was, without being declared once more', async () => {
    const first = await goThrough([], { yes: true });
    expect(first.said).toMatch(/Tell the customers: \[d\]one[\s\S]*It goes on without you/);
    expect(first.code).toBe(EXIT.problem);
    const second = await goThrough(['d', 'd']);
    expect(second.said).not.toContain('Declare it?');
    expect(second.said).toMatch(/-- {2}2\. Renew the certificate: skipped by paksa: not needed/);
    expect(second.code).toBe(EXIT.healthy);
  });

  test('stopped by somebody else while a question stands, says so', async () => {
    const stopped = async (engine: Engine) => {
      const { id, procedure: run } = await open(engine);
      await decide(
        engine,
        id,
        { decision: 'stop-procedure', round: run?.round ?? 0, reason: 'a drill' },
        { id: 'cli:dana', groups: [] },
      );
      return 'd';
    };
    const { code, said } = await goThrough([stopped], { yes: true });
    expect(said).toMatch(/not under way any more[\s\S]*Stopped: a drill/);
    expect(code).toBe(EXIT.problem);
  });
});

test('one that is no emergency is started too; without a reason nothing fails, and it is left where it is', async () => {
  const { code, said } = await goThrough(['y', 'c', ''], { procedure: 'by-hand' });
  expect(said).toMatch(
    /Start it\? [\s\S]*Renew it on the server: \[d\]one, \[c\]ould not[\s\S]*Why\?\nIt goes on/,
  );
  expect(code).toBe(EXIT.problem);
});
