/** Each replica of the backend: the guide's `curl http://backend:8000/health`, from inside, because outside one answers for all. */
import { check } from '../../src/runbook/check.ts';
import { type Evidence, healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { blamesAnother, saidIn } from '../parts/answer.ts';
import { asked } from '../parts/fault.ts';
import { type Replica, wrongWith } from '../parts/replicas.ts';
import { blameOf } from '../parts/roll-back.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { noReplicas } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';

const DEFAULT_PORT = 8000;
const DEFAULT_PATH = '/health';
/** A program that was just started may take so long to listen. */
const STARTING_MS = 60_000;
const SHOWN = 8;

export const RESTARTS: Readonly<Record<Platform, readonly string[]>> = {
  docker: ['restart-backend'],
  kubernetes: ['rollout-restart'],
};
/** Restarted, a deploy that does not come up would not come up again. */
const ROLL_BACK = ['roll-back'];

type Answer = Awaited<ReturnType<CheckContext['docker']['ask']>>[number];

/** `ill` says itself that it lacks something else; `odd` answers, but not to what is asked. */
type State = 'well' | 'ill' | 'odd' | 'starting' | 'broken';

export interface Health {
  readonly replica: string;
  readonly state: State;
  /** One line, with its name. */
  readonly says: string;
}

/** @throws AdapterError not-found when the service has no container at all */
export async function healthOf(platform: Platform, context: CheckContext): Promise<readonly Health[]> {
  const { target, signal, now } = context;
  const runtime = runtimeOf(platform, context);
  const { port, path } = {
    port: target.api?.port ?? DEFAULT_PORT,
    path: target.api?.paths.health ?? DEFAULT_PATH,
  };
  const [replicas, answers] = await Promise.all([
    runtime.replicas('backend', signal),
    runtime.ask('backend', port, path, signal),
  ]);
  return replicas.map((replica) =>
    judgeOne(
      replica,
      answers.find((answer) => answer.replica === replica.name),
      now,
    ),
  );
}

function judgeOne(replica: Replica, answer: Answer | undefined, now: Date): Health {
  const { name, state, startedAt, restarts } = replica;
  const is = (how: State, says: string): Health => ({ replica: name, state: how, says: short(says, 200) });
  const isFresh =
    restarts === 0 && startedAt !== undefined && now.getTime() - startedAt.getTime() < STARTING_MS;
  if (isOnItsWay(replica)) return is('starting', `${name} is being made`);
  if (state !== 'running') return is('broken', wrongWith(replica));
  if (!answer) return is('starting', `${name} has only just started`);
  const { status, detail } = answer;
  if (status === undefined)
    return isFresh
      ? is('starting', `${name} has only just started, and does not answer yet`)
      : is('broken', `${name} does not answer: ${saidIn(detail)}`);
  const said = saidIn(detail);
  const says = `${name} answers ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 500) return is(blamesAnother(detail) ? 'ill' : 'broken', says);
  return is(status >= 400 ? 'odd' : 'well', status >= 400 ? says : `${name} answers ${status}`);
}

const isOnItsWay = ({ state, why = '', restarts }: Replica): boolean =>
  state === 'waiting' && restarts === 0 && /^(ContainerCreating|PodInitializing)/.test(why);

export const healthCheck = (platform: Platform) =>
  check(
    `Health of the backend’s ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const found = await asked(healthOf(platform, context));
      if (found.answered) return judge(platform, found.answer, context);
      // That there is none is the finding.
      return found.fault === 'not-found'
        ? problem(`there is none: ${found.message}`)
        : inconclusive(`could not look: ${found.message}`);
    },
    { skip: noReplicas(platform, 'backend'), timeoutSeconds: 20 },
  );

async function judge(platform: Platform, all: readonly Health[], context: CheckContext): Promise<Verdict> {
  const { one, many } = NOUN[platform];
  const of = (state: State) => all.filter((each) => each.state === state);
  const evidence: Evidence = { answers: all.slice(0, SHOWN).map(({ says }) => short(says, 120)) };
  const [well, broken, ill, odd, starting] = [of('well'), of('broken'), of('ill'), of('odd'), of('starting')];
  if (all.length === 0)
    return problem(`no ${one} of the backend is there`, {
      suggests: platform === 'kubernetes' ? ['start-pods', 'rollout-restart'] : [],
    });
  if (broken.length > 0) {
    const remedy = await remedyFor(platform, broken, context);
    return problem(`${told(broken)}${remedy.because}`, {
      evidence: { ...evidence, ...remedy.evidence },
      severity: broken.length === all.length ? 'critical' : 'warning',
      suggests: remedy.suggests,
    });
  }
  if (ill.length > 0) return inconclusive(`${told(ill)}. That is not the load balancer’s`, evidence);
  if (odd.length > 0) return inconclusive(`${told(odd)}. Look at api.paths.health`, evidence);
  return well.length === 0
    ? inconclusive(`${told(starting)}: look again in a minute`, evidence)
    : healthy(`${count(well.length, `${one} answers`, `${many} answer`)}`, evidence);
}

interface Remedy {
  /** For the end of the summary. */
  readonly because: string;
  readonly evidence: Evidence;
  readonly suggests: readonly string[];
}

/** A restart, unless the newest deploy is what is wrong. */
export async function remedyFor(
  platform: Platform,
  broken: readonly Health[],
  context: CheckContext,
): Promise<Remedy> {
  const restart = { because: '', suggests: RESTARTS[platform] };
  if (platform === 'docker') return { ...restart, evidence: {} };
  const { isOfTheDeploy, says } = await blameOf(
    'backend',
    broken.map(({ replica }) => replica),
    context,
  );
  return isOfTheDeploy
    ? { because: `. ${says}`, evidence: {}, suggests: ROLL_BACK }
    : { ...restart, evidence: { 'no roll-back': short(says, 200) } };
}

/** The first, and how many more. */
export const told = (some: readonly Health[]): string =>
  `${some[0]?.says ?? ''}${some.length > 1 ? `, and ${some.length - 1} more likewise` : ''}`;
