/** How a program in a container ended: the status channel's last word, or what the container runtime printed in its place. */
import { z } from 'zod';
import { missingProgram, startFailure } from '../exec/missing-program.ts';
import type { ExecResult } from '../exec/port.ts';
import { fail } from './errors.ts';
import { parseJson } from './transport.ts';

const Ended = z.object({
  status: z.enum(['Success', 'Failure']),
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .object({ causes: z.array(z.object({ reason: z.string(), message: z.string() })).default([]) })
    .default({ causes: [] }),
});

/** What was run, and where. */
export interface Ran {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly command: readonly [string, ...string[]];
}

const OPERATION = 'run in a pod';

export const noProgram = (program: string, { namespace, pod, container }: Omit<Ran, 'command'>) =>
  missingProgram('kubernetes', program, `${namespace}/${pod} (${container})`, 'add it to the image');

/** @throws AdapterError not-found (the program, the container), forbidden, failed */
export function readExit(
  status: string,
  output: Pick<ExecResult, 'stdout' | 'stderr'>,
  { namespace, pod, container, command: [program] }: Ran,
): number {
  const where = `${namespace}/${pod}`;
  const ended = Ended.safeParse(parseJson(status)).data;
  if (ended === undefined) {
    throw fail(
      OPERATION,
      `The connection to ${where} ended before ${program} did, so its outcome is unknown: look whether the pod is still there.`,
      'failed',
      { retryable: true },
    );
  }
  if (ended.status === 'Success') return 0;
  const code = ended.details.causes.find(({ reason }) => reason === 'ExitCode')?.message;
  const runtimeSays = code === undefined ? ended.message : `${output.stdout}\n${output.stderr}`;
  if (code === undefined || code === '126' || code === '127') {
    switch (startFailure(runtimeSays)) {
      case 'missing':
        throw noProgram(program, { namespace, pod, container });
      case 'forbidden':
        throw fail(
          OPERATION,
          `${program} may not be executed in ${where}: look at its permissions.`,
          'forbidden',
        );
      case undefined:
        break;
    }
  }
  if (code !== undefined) return Number(code);
  const gone = /container not found|not running|no such container|not found/i.test(ended.message);
  throw gone
    ? fail(
        OPERATION,
        `The container ${container} of ${where} does not run now: look at the pod.`,
        'not-found',
        {
          retryable: true,
        },
      )
    : fail(OPERATION, `${program} could not be run in ${where}: ${ended.message.slice(0, 500)}.`, 'failed');
}
