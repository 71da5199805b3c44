/** The guide's `echo $JWT_SECRET_KEY`, of every replica, without showing it: whether it is there, the same, and long enough. */
import { check, onlyNamed } from '../../src/runbook/check.ts';
import { healthy, inconclusive, problem, type Verdict } from '../../src/runbook/finding.ts';
import type { CheckContext } from '../../src/runbook/tools.ts';
import { NOUN, type Platform, runtimeOf } from '../parts/services.ts';
import { all, noReplicas } from '../parts/target.ts';
import { count, short } from '../parts/words.ts';

const NAME = 'JWT_SECRET_KEY';
/** HS256 wants a key at least as long as its hash (RFC 7518 §3.2). */
const LEAST_CHARACTERS = 32;

/** A container keeps the environment that it was made with, whatever its file says by now. */
const NEXT: Readonly<Record<Platform, string>> = {
  docker: 'put it right in .env, and make them anew with “docker compose up -d backend”',
  kubernetes: 'a rollout gives them all what the cluster holds now',
};
const SUGGESTS: Readonly<Record<Platform, readonly string[]>> = {
  docker: [],
  kubernetes: ['rollout-restart'],
};

async function secretsOf(platform: Platform, context: CheckContext) {
  const found = await runtimeOf(platform, context).variables('backend', [NAME], context.signal);
  return found.map(({ replica, variables }) => ({ replica, fact: variables[NAME] }));
}

type Secrets = Awaited<ReturnType<typeof secretsOf>>;

const namesOf = (secrets: Secrets): string => short(secrets.map(({ replica }) => replica).join(', '), 120);

/** Undefined when each has one, and all the same. */
function disagreement(platform: Platform, secrets: Secrets): Verdict | undefined {
  const { one, many } = NOUN[platform];
  if (secrets.length === 0) return inconclusive(`there is no ${one} of the backend to ask`);
  const suggests = SUGGESTS[platform];
  const without = secrets.filter(({ fact }) => !fact?.present || fact.length === 0);
  if (without.length > 0)
    return problem(
      `${namesOf(without)} ${without.length === 1 ? 'has' : 'have'} no ${NAME}: ${NEXT[platform]}`,
      { suggests },
    );
  const kinds = [...Map.groupBy(secrets, ({ fact }) => fact?.fingerprint).values()];
  if (kinds.length < 2) return undefined;
  const odd = kinds.toSorted((a, b) => a.length - b.length)[0] ?? [];
  return problem(
    `not the same everywhere, ${namesOf(odd)} ${odd.length === 1 ? 'has' : 'have'} another one: ${NEXT[platform]}`,
    { evidence: { 'different ones': kinds.length, [many]: secrets.length }, suggests },
  );
}

const sameIn = (platform: Platform, secrets: Secrets): string =>
  secrets.length === 1
    ? `the one ${NOUN[platform].one}`
    : `all ${count(secrets.length, NOUN[platform].one, NOUN[platform].many)}`;

export const secretCheck = (platform: Platform) =>
  check(
    `Secret of the tokens in the ${NOUN[platform].many}`,
    async (context): Promise<Verdict> => {
      const secrets = await secretsOf(platform, context);
      const trouble = disagreement(platform, secrets);
      if (trouble) return trouble;
      const characters = secrets[0]?.fact?.length ?? 0;
      return characters < LEAST_CHARACTERS
        ? problem(
            `only ${characters} characters long, where ${LEAST_CHARACTERS} are the least: it can be guessed`,
            { severity: 'warning' },
          )
        : healthy(`long enough, and the same in ${sameIn(platform, secrets)}`);
    },
    { skip: noReplicas(platform, 'backend') },
  );

/** Where an environment has both, a token that a container signs has to be good in a pod. */
export const platformsAgree = check(
  'One secret of the tokens in containers and pods',
  async (context): Promise<Verdict> => {
    const [containers, pods] = await Promise.all([
      secretsOf('docker', context),
      secretsOf('kubernetes', context),
    ]);
    // What differs within a platform, or is missing there, is that one's finding.
    const [ofContainers, ofPods] = [containers, pods].map(
      (secrets) => new Set(secrets.flatMap(({ fact }) => (fact?.present ? [fact.fingerprint] : []))),
    );
    if (!ofContainers?.size || !ofPods?.size)
      return inconclusive('there are not both containers and pods with a secret to compare');
    return [...ofContainers].every((fingerprint) => !ofPods.has(fingerprint))
      ? problem(
          `the containers have another ${NAME} than the pods: a token of the ones is refused by the others`,
          { evidence: { containers: namesOf(containers), pods: namesOf(pods) } },
        )
      : healthy(`the same in ${sameIn('docker', containers)} and ${sameIn('kubernetes', pods)}`);
  },
  { skip: all(noReplicas('docker', 'backend'), noReplicas('kubernetes', 'backend')) },
);

/** What a restart can bring about: it makes no secret longer. */
export const sameSecretCheck = (platform: Platform) =>
  onlyNamed(
    check(
      `One secret of the tokens in the ${NOUN[platform].many}`,
      async (context): Promise<Verdict> => {
        const secrets = await secretsOf(platform, context);
        return disagreement(platform, secrets) ?? healthy(`the same in ${sameIn(platform, secrets)}`);
      },
      { skip: noReplicas(platform, 'backend') },
    ),
  );
