/** One command of the terminal: its arguments are read, checked, and carried out. */
import { parseArgs } from 'node:util';
import { topics } from '../../commands/index.ts';
import {
  type Config,
  checkConfig,
  describeProblems,
  grantsOf,
  loadConfig,
  secretsOf,
  topicsNamed,
} from '../config.ts';
import { anchorOf } from '../engine/audit.ts';
import { refuseUnknownTopics } from '../engine/intake.ts';
import {
  emergencyOf,
  environmentOf,
  fixOf,
  procedureOf,
  refuseUnknownFixes,
  runbookOf,
} from '../engine/lookup.ts';
import { scheduleOf } from '../engine/on-call.ts';
import { messageOf, UserError } from '../errors.ts';
import { createEstate } from '../estate.ts';
import { createLog } from '../log.ts';
import type { Engine } from '../open-engine.ts';
import { createRedactor } from '../redact.ts';
import { EVERYTHING } from '../runbook/define.ts';
import { openDatabase } from '../store/embedded/database.ts';
import { answerLines } from './answers.ts';
import { auditExported, auditFound, auditVerified } from './audit.ts';
import { diagnose } from './diagnose.ts';
import type { drill } from './drill.ts';
import { fix } from './fix.ts';
import { incident, incidentNamed, postmortem } from './incident.ts';
import { ladderCheck } from './ladder.ts';
import { override, showOnCall } from './on-call.ts';
import { print } from './print.ts';
import { type ProcedureOptions, procedure } from './procedure.ts';
import { silence, silences, unsilence } from './silence.ts';
import { survey } from './survey.ts';
import { openTerminal } from './terminal.ts';
import { topicsAsJson, topicsAsMarkdown, topicsAsText } from './topics.ts';
import { EXIT, USAGE } from './usage.ts';

/** What was typed is not a command, or not of these names. */
export class UsageError extends UserError {}

type Variables = Readonly<Record<string, string | undefined>>;

/** Commands that end in words of any number. */
const OF_ANY_LENGTH: ReadonlySet<string> = new Set(['override', 'silence', 'incident', 'audit']);

/** Resolves with the exit code. @throws UsageError, and UserError when it cannot be done */
export async function run(args: string[], env: Variables): Promise<number> {
  const { values, positionals } = read(args);
  const [command, first, second, ...rest] = positionals;
  if (values.help || command === undefined || command === 'help') {
    print(USAGE);
    return command === undefined && !values.help ? EXIT.usage : EXIT.healthy;
  }
  if (rest.length > 0 && !OF_ANY_LENGTH.has(command))
    throw new UsageError(`“${rest.join(' ')}” is one word too many.`);
  switch (`${command} ${command === 'ladder' || command === 'config' ? (first ?? '') : ''}`.trim()) {
    case 'topics':
      print(
        values.markdown
          ? topicsAsMarkdown(topics)
          : values.json
            ? topicsAsJson(topics)
            : topicsAsText(topics),
      );
      return EXIT.healthy;
    case 'config check': {
      const { config, problems } = checkConfig({ env });
      if (config) {
        refuseUnknownTopics(config.alerts.routes, topics, topicsNamed(config));
        refuseUnknownFixes(topics, grantsOf(config));
      }
      print(
        config
          ? [`${config.file} is as it should be.`, ...answerLines(config)].join('\n')
          : describeProblems(problems),
      );
      return config ? EXIT.healthy : EXIT.problem;
    }
    case 'ladder check': {
      const config = loadConfig({ env });
      asUsage(() => environmentOf(createEstate(config.environments), second ?? values.env));
      return withEngine(config, async (engine) => {
        const { openReach, slackOf } = await import('../reach.ts');
        return ladderCheck(openReach(config, engine, slackOf(config)), second ?? values.env);
      });
    }
    case 'ladder drill': {
      const config = loadConfig({ env });
      const wish = { environment: second ?? values.env, level: levelOf(values.level), yes: values.yes };
      asUsage(() => environmentOf(createEstate(config.environments), wish.environment));
      return drillLadder(config, wish);
    }
    case 'oncall': {
      if (second !== undefined) throw new UsageError(`“${second}” is one word too many.`);
      const config = loadConfig({ env });
      if (first !== undefined) asUsage(() => scheduleOf(config.schedules, first));
      return withEngine(config, (engine) => showOnCall(engine, first));
    }
    case 'override': {
      if (first === undefined || second === undefined)
        throw new UsageError('Override what? Name a schedule, and who is to be on call.');
      const config = loadConfig({ env });
      asUsage(() => scheduleOf(config.schedules, first));
      return withEngine(config, (engine) => override(engine, first, [second, ...rest]));
    }
    case 'silence':
    case 'silences':
    case 'unsilence': {
      const config = loadConfig({ env });
      const { timeZone, longestMs } = config.silences;
      if (command === 'unsilence' && first === undefined)
        throw new UsageError('End which one? Name it by its number: paksa silences lists them.');
      asUsage(() => environmentOf(createEstate(config.environments), values.env));
      return withEngine(config, (engine) => {
        const deps = { ...engine, longestMs };
        if (command === 'silences') return silences(deps, timeZone);
        if (command === 'unsilence') return unsilence(deps, first ?? '', timeZone);
        const options = { timeZone, environment: values.env, yes: values.yes };
        return silence(deps, positionals.slice(1), options);
      });
    }
    case 'incident':
    case 'postmortem': {
      if (first === undefined) throw new UsageError('Which incident? Write INC-12.');
      asUsage(() => incidentNamed(first));
      if (command === 'postmortem' && second !== undefined)
        throw new UsageError(`“${second}” is one word too many.`);
      const id = incidentNamed(first);
      const words = second === undefined ? [] : [second, ...rest];
      return withEngine(loadConfig({ env }), (engine) =>
        command === 'postmortem' ? postmortem(engine, id) : incident(engine, id, words),
      );
    }
    case 'audit': {
      const anchored = first === 'verify' ? second : undefined;
      if (anchored !== undefined) asUsage(() => anchorOf(anchored));
      const most = first === 'verify' ? 3 : first === 'export' ? 2 : positionals.length;
      if (positionals.length > most) throw new UsageError(`“${positionals.at(-1)}” is one word too many.`);
      const config = loadConfig({ env });
      return withEngine(config, async ({ audit }) => {
        if (first === 'verify') return auditVerified(audit, anchored);
        if (first === 'export') return auditExported(audit);
        return auditFound(audit, positionals.slice(1), config.silences.timeZone);
      });
    }
    case 'diagnose': {
      if (first === undefined) throw new UsageError('Diagnose what? Name a topic: paksa topics lists them.');
      const config = loadConfig({ env });
      const { redactDeep } = createRedactor(secretsOf(config));
      const estate = createEstate(config.environments);
      const options = { environment: values.env, json: values.json, redact: redactDeep };
      asUsage(() => environmentOf(estate, values.env));
      if (first === EVERYTHING) return survey(topics, estate, options).finally(() => estate.close());
      asUsage(() => runbookOf(topics, first));
      return diagnose(topics, estate, { ...options, topic: first }).finally(() => estate.close());
    }
    case 'fix': {
      if (first === undefined || second === undefined)
        throw new UsageError('Fix what? Name a topic and a fix.');
      asUsage(() => fixOf(runbookOf(topics, first), second));
      const config = loadConfig({ env });
      asUsage(() => environmentOf(createEstate(config.environments), values.env));
      return withEngine(config, (engine) =>
        fix(engine, {
          topic: first,
          fix: second,
          environment: values.env,
          yes: values.yes,
          breakGlass: values['break-glass'],
        }),
      );
    }
    case 'emergency': {
      if (first === undefined) return listEmergencies();
      if (second !== undefined) throw new UsageError(`“${second}” is one word too many.`);
      asUsage(() => emergencyOf(topics, first));
      return goThrough({ topic: first, environment: values.env, yes: values.yes }, env);
    }
    case 'procedure': {
      if (first === undefined || second === undefined)
        throw new UsageError('Go through what? Name a topic and a procedure.');
      asUsage(() => procedureOf(runbookOf(topics, first), second));
      return goThrough({ topic: first, procedure: second, environment: values.env, yes: values.yes }, env);
    }
    default:
      throw new UsageError(`“${positionals.join(' ')}” is not a command.`);
  }
}

function listEmergencies(): number {
  const declared = [...topics.values()].filter(({ emergency }) => emergency !== undefined);
  print(
    ...declared.map(({ topic, title, symptoms }) => `${topic.padEnd(20)}${title} (${symptoms.join(', ')})`),
    ...(declared.length === 0 ? ['No runbook describes an emergency.'] : []),
  );
  return EXIT.healthy;
}

/** @throws UsageError when it is no number */
function levelOf(written: string | undefined): number | undefined {
  if (written === undefined) return undefined;
  if (!/^[1-9]\d?$/.test(written)) throw new UsageError('Which level? Give its number, such as --level 2.');
  return Number(written);
}

async function drillLadder(config: Config, wish: Parameters<typeof drill>[1]): Promise<number> {
  const terminal = openTerminal();
  return withEngine(config, async (engine) => {
    const { drill } = await import('./drill.ts');
    const { openDrills, openTerminalDrill, slackOf } = await import('../reach.ts');
    const client = slackOf(config);
    const pages = client && openTerminalDrill(config, engine, client);
    return drill({ jobs: engine.jobs, drills: openDrills(engine), pages }, wish, terminal);
  }).finally(terminal.close);
}

async function goThrough(options: ProcedureOptions, env: Variables): Promise<number> {
  const config = loadConfig({ env });
  asUsage(() => environmentOf(createEstate(config.environments), options.environment));
  const terminal = openTerminal();
  return withEngine(config, (engine) => procedure(engine, options, terminal)).finally(terminal.close);
}

/** A name that does not exist is a slip of whoever typed it. */
function asUsage(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    throw error instanceof UserError ? new UsageError(error.message) : error;
  }
}

function read(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        yes: { type: 'boolean', short: 'y', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        env: { type: 'string' },
        level: { type: 'string' },
        'break-glass': { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(messageOf(error));
  }
}

/** Loads the engine, which takes half of the time of a command: whoever only looks does without. */
async function withEngine(config: Config, work: (engine: Engine) => Promise<number>): Promise<number> {
  const { openEngine } = await import('../open-engine.ts');
  const database = await openDatabase({ databaseUrl: config.databaseUrl, directory: '.paksa' });
  try {
    const log = createLog({ level: config.logLevel, secrets: secretsOf(config) });
    const engine = await openEngine({ config, databaseUrl: database.url, log });
    return await work(engine).finally(engine.close);
  } finally {
    await database.close();
  }
}
