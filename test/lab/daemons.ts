/**
 * The lab's own servers. Each runs in a session of its own, so that a Ctrl-C at the terminal reaches the lab alone, and is
 * written down by process id and start time, so that the next lab can end what a crashed one left behind.
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { paths } from './paths.ts';
import { GiveUp, until } from './until.ts';

const processRef = z.object({ name: z.string(), pid: z.number(), startedAt: z.string() });
type ProcessRef = z.infer<typeof processRef>;

const record = z.object({ pid: z.number(), processes: z.array(processRef), lab: z.unknown() });

export interface DaemonOptions {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds in which it has to be ready. */
  readonly within: number;
  readonly ready: () => Promise<unknown>;
  /** What may be asked of it at its end: `SIGTERM` to let it tidy up, `SIGKILL` when all it has is thrown away. */
  readonly end: 'SIGTERM' | 'SIGKILL';
}

export interface Daemons {
  /** Resolves when it is ready. @throws Error with the last lines of its log */
  start(options: DaemonOptions): Promise<void>;
  /** Ends one, and waits until it is gone. */
  stop(name: string): Promise<void>;
  /** Ends all of them, what was started last first. */
  stopAll(): Promise<void>;
  /** Writes down where the lab is, for people. */
  describe(lab: unknown): Promise<void>;
}

export function createDaemons(signal: AbortSignal): Daemons {
  const running: (ProcessRef & Pick<DaemonOptions, 'end'>)[] = [];
  let lab: unknown;
  let saved = Promise.resolve();
  // One after the other: several daemons start at the same time.
  const save = () => {
    saved = saved.then(() =>
      saveState({ pid: process.pid, processes: running.map(({ end: _, ...ref }) => ref), lab }),
    );
    return saved;
  };
  const stop = async (name: string) => {
    const index = running.findIndex((one) => one.name === name);
    const [found] = index < 0 ? [] : running.splice(index, 1);
    if (found === undefined) return;
    await endProcess(found, found.end);
    await save();
  };
  return {
    async start({ name, program, args, env = {}, within, ready, end }) {
      const log = join(paths.run, `${name}.log`);
      const file = openSync(log, 'a');
      const child = spawn(program, args, {
        detached: true,
        stdio: ['ignore', file, file],
        // Debian keeps what these servers start themselves out of other users' PATH.
        env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin:/sbin`, ...env },
      });
      closeSync(file);
      let ended: string | undefined;
      child.once('error', (error) => (ended = error.message));
      child.once('exit', (code, by) => (ended = `ended with ${code ?? by}`));
      child.unref();
      const { pid } = child;
      const startedAt = pid === undefined ? undefined : startOf(pid);
      if (pid !== undefined && startedAt !== undefined) {
        running.push({ name, pid, startedAt, end });
        await save();
      }
      await until(
        async () => {
          if (ended !== undefined) throw new GiveUp(`${ended}\n${lastLines(log)}`);
          return (await ready()) !== false;
        },
        { what: `${name} (log: ${log})`, within, signal, explain: () => lastLines(log) },
      );
    },
    stop,
    async stopAll() {
      for (const { name } of running.toReversed()) await stop(name);
    },
    async describe(described) {
      lab = described;
      await save();
    },
  };
}

/** Ends what a lab that is not there any more has left running. @returns the names */
export async function endStale(): Promise<readonly string[]> {
  let text: string;
  try {
    text = await readFile(paths.state, 'utf8');
  } catch {
    return [];
  }
  const parsed = record.safeParse(JSON.parse(text));
  const left = parsed.success ? parsed.data.processes.filter(isAlive) : [];
  // What was started last uses what was started first.
  for (const one of left.toReversed()) await endProcess(one, 'SIGTERM');
  await rm(paths.state, { force: true });
  return left.map(({ name }) => name);
}

const GENTLY_MS = 20_000;

async function endProcess(ref: ProcessRef, how: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const isGone = async () => !isAlive(ref);
  signalProcess(ref, how);
  try {
    await until(isGone, { what: `${ref.name} to end`, within: GENTLY_MS });
  } catch {
    signalProcess(ref, 'SIGKILL');
    await until(isGone, { what: `${ref.name} to be killed`, within: GENTLY_MS });
  }
}

function signalProcess(ref: ProcessRef, how: NodeJS.Signals): void {
  if (!isAlive(ref)) return;
  try {
    process.kill(ref.pid, how);
  } catch {
    // It ended in between.
  }
}

/** The same process, and not another that got its number. */
const isAlive = ({ pid, startedAt }: ProcessRef): boolean => startOf(pid) === startedAt;

/** When a process began, in ticks since the machine did (proc(5), field 22); nothing for one that is gone or a zombie. */
function startOf(pid: number): string | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The program's name, in brackets, may hold spaces.
  const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return state === 'Z' ? undefined : rest[18];
}

const lastLines = (log: string): string => {
  const lines = readFileSync(log, 'utf8').trim().split('\n').slice(-12);
  return `${basename(log)}:\n${lines.map((line) => line.slice(0, 400)).join('\n')}`;
};

async function saveState(state: z.infer<typeof record>): Promise<void> {
  await mkdir(dirname(paths.state), { recursive: true });
  const beside = `${paths.state}.new`;
  await writeFile(beside, `${JSON.stringify(state, undefined, 2)}\n`);
  await rename(beside, paths.state);
}
