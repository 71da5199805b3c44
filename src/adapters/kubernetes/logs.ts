/** What the pods of a service print, of the container that died too: why it died is what matters of one that crashes. */
import type { V1Pod } from '@kubernetes/client-node';
import { AdapterError } from '../../errors.ts';
import { DEFAULT_MAX_LINES, mergeTails, readLog } from '../runtime/log-tail.ts';
import type { LogRequest, LogTail } from '../runtime/port.ts';
import type { Cluster } from './cluster.ts';
import { nameOf } from './workload.ts';

/** The longest that a container runtime writes as one line, with its time: a pod that prints for ever ends here too. */
const LINE_BYTES = 16 * 1024 + 64;

export async function logsOf(
  cluster: Cluster,
  pods: readonly V1Pod[],
  container: string,
  request: LogRequest,
): Promise<LogTail> {
  return mergeTails(await Promise.all(pods.map((pod) => logOf(cluster, pod, container, request))));
}

async function logOf(
  cluster: Cluster,
  pod: V1Pod,
  container: string,
  { sinceSeconds, maxLines = DEFAULT_MAX_LINES }: LogRequest,
): Promise<LogTail> {
  const reader = readLog(nameOf(pod), maxLines);
  // One more than is kept, so that the reader notices what is left out.
  const read = (previous: boolean) =>
    readInto(cluster, pod, container, {
      sink: (chunk) => reader.add(chunk, previous ? 'previous' : 'present'),
      sinceSeconds: Math.max(1, Math.ceil(sinceSeconds)),
      lines: maxLines + 1,
      previous,
    });
  if (hasRestartedSince(pod, container, sinceSeconds)) await read(true);
  await read(false);
  return reader.end();
}

/** While a container waits to be started again, the kubelet gives the dead one's log by itself. */
function hasRestartedSince({ status }: V1Pod, container: string, sinceSeconds: number): boolean {
  const { state, lastState } = status?.containerStatuses?.find(({ name }) => name === container) ?? {};
  const diedAt = lastState?.terminated?.finishedAt;
  if (diedAt === undefined || state?.waiting !== undefined) return false;
  return diedAt.getTime() > Date.now() - sinceSeconds * 1_000;
}

interface Reading {
  readonly sink: (chunk: Buffer) => void;
  readonly sinceSeconds?: number;
  readonly lines: number;
  readonly previous: boolean;
}

async function readInto(cluster: Cluster, pod: V1Pod, container: string, reading: Reading): Promise<void> {
  const { sink, sinceSeconds, lines, previous } = reading;
  const path = `/api/v1/namespaces/${pod.metadata?.namespace}/pods/${nameOf(pod)}/log`;
  const query = {
    container,
    timestamps: 'true',
    tailLines: String(lines),
    limitBytes: String(lines * LINE_BYTES),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds: String(sinceSeconds) }),
    ...(previous ? { previous: 'true' } : {}),
  };
  try {
    await cluster.get(path, query, sink);
  } catch (error) {
    if (!hasNoLog(error)) throw error;
  }
}

/** A container that has not started yet, a dead one whose log is thrown away already, a pod that went meanwhile. */
const hasNoLog = (error: unknown): boolean =>
  error instanceof AdapterError &&
  (error.fault === 'not-found' ||
    (error.fault === 'refused' &&
      /waiting to start|not found|is not available|is terminated|ContainerCreating/.test(error.message)));

/** The last thing that a container said, if it said anything. */
export async function lastLine(cluster: Cluster, pod: V1Pod, container: string): Promise<string | undefined> {
  const reader = readLog(nameOf(pod), 5);
  await readInto(cluster, pod, container, { sink: (chunk) => reader.add(chunk), lines: 5, previous: false });
  return reader.end().lines.findLast(({ text }) => text.trim() !== '')?.text;
}
