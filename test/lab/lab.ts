/**
 * The lab: a real Docker engine and a real Kubernetes on this machine, with the images of a small Paksa Financial System.
 * One a machine: whoever asks first starts it, whoever asks later is told where it is.
 */
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { untilAborted } from '../../src/adapters/network/until-aborted.ts';
import { messageOf } from '../../src/errors.ts';
import { endStale } from './daemons.ts';
import { BASE_IMAGE } from './docker/base-image.ts';
import { connectEngine } from './docker/engine.ts';
import { buildImages, type Images } from './docker/images.ts';
import { unmountKubelet } from './kubernetes/kubelet.ts';
import { type Lock, takeLock, visit } from './lock.ts';
import { paths } from './paths.ts';
import { makeWithoutDaemons, startEverything } from './start.ts';

const description = z.object({
  /** Of the process that holds it. */
  pid: z.number(),
  /** The folder in which each stack has one. */
  stacks: z.string().default(paths.stacks),
  docker: z.object({
    socketPath: z.string(),
    /** Whether the engine ends with the lab. */
    own: z.boolean(),
  }),
  kubernetes: z.object({
    /** Paths. The bot's user has the rights of deploy/rbac.yaml, in each stack's namespace. */
    adminKubeconfig: z.string(),
    botKubeconfig: z.string(),
    node: z.string(),
    /** Whether the cluster ends with the lab. */
    own: z.boolean(),
    /** Where published ports of pods answer, to this machine and to other pods. */
    address: z.string(),
    /** The API server, as pods reach it. */
    server: z.string(),
  }),
});
export type LabDescription = Readonly<z.infer<typeof description>>;

export interface Lab extends LabDescription {
  readonly images: Images;
  /** Whether it was there already, and stays. */
  readonly attached: boolean;
  /** Ends it, once nobody else uses it; one that was there already is only left. */
  stop(options?: { readonly evenIfInUse?: boolean }): Promise<void>;
}

export interface StartOptions {
  /** Told what is being done, in a few words. */
  readonly say: (what: string) => void;
  readonly signal?: AbortSignal;
  /** Told when others would find the lab, though it is not up yet. */
  readonly claimed?: () => void;
  /** Nothing is started before somebody asks for it: a lab that nobody uses takes a fifth of a core. */
  readonly onDemand?: boolean;
}

const AGAIN_MS = 200;

const reply = z.union([z.object({ lab: description }), z.object({ failed: z.string() })]);

/** Starts the lab, or attaches to the one that is up. @throws Error that says which part did not come up */
export async function startLab(options: StartOptions): Promise<Lab> {
  for (;;) {
    options.signal?.throwIfAborted();
    const { promise: answer, resolve: tell } = Promise.withResolvers<string>();
    const lock = await takeLock(answer);
    options.claimed?.();
    if (lock !== undefined) return ownLab(lock, tell, options);
    options.say('a lab is up already, or starting: using that one');
    const lab = await attach();
    if (lab !== undefined) return lab;
    await pause(AGAIN_MS); // it is being ended
  }
}

/** The lab that is up, or coming up. @throws Error when there is none */
export async function attachLab(): Promise<Lab> {
  const lab = await attach();
  if (lab === undefined)
    throw new Error('No lab is up. Start one with  npm run lab -- --only-infrastructure');
  return lab;
}

async function attach(): Promise<Lab | undefined> {
  const found = await visit();
  if (found === undefined) return undefined;
  const answer = reply.parse(JSON.parse(found.answer));
  if ('failed' in answer) {
    found.leave();
    throw new Error(answer.failed);
  }
  const images = await buildImages(connectEngine(), BASE_IMAGE);
  return { ...answer.lab, images, attached: true, stop: async () => found.leave() };
}

async function ownLab(
  lock: Lock,
  tell: (line: string) => void,
  { say, signal = new AbortController().signal, onDemand = false }: StartOptions,
): Promise<Lab> {
  try {
    if (onDemand)
      await Promise.all([untilAborted(lock.untilAsked(), signal), makeWithoutDaemons(say, signal)]);
    const stale = await endStale();
    if (stale.length > 0) say(`ended what an earlier lab had left running: ${stale.join(', ')}`);
    await unmountKubelet();
    await rm(paths.run, { recursive: true, force: true });
    await mkdir(paths.stacks, { recursive: true });
    const { where, images, stop: stopAll } = await startEverything(say, signal);
    tell(JSON.stringify({ lab: where }));
    const stop = async ({ evenIfInUse = false } = {}) => {
      lock.refuseGuests();
      if (!evenIfInUse && lock.guests() > 0) {
        say('waiting for others who use the lab');
        await lock.untilAlone();
      }
      await stopAll();
      await lock.release();
      await rm(paths.state, { force: true });
    };
    return { ...where, images, attached: false, stop };
  } catch (error) {
    tell(JSON.stringify({ failed: `The lab did not come up: ${messageOf(error)}` }));
    await rm(paths.state, { force: true });
    await lock.release();
    throw error;
  }
}
