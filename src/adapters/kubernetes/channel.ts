/**
 * A program in a container, over the API server's WebSocket: one channel each for stdin, stdout, stderr and how it ended.
 * https://kubernetes.io/docs/reference/using-api/api-concepts (“exec”); the first byte of a message is its channel.
 */
import type { ClientRequest, IncomingMessage } from 'node:http';
import WebSocket, { type RawData } from 'ws';
import { AdapterError } from '../../errors.ts';
import { boundedText } from '../exec/bounded-text.ts';
import type { ExecResult } from '../exec/port.ts';
import type { Cluster } from './cluster.ts';
import { fail, stopped, translateConnectionError } from './errors.ts';
import { type Ran, readExit } from './exit-status.ts';
import { requestWords } from './request-words.ts';
import { authorized, readRefusal } from './transport.ts';

export interface Started extends Ran {
  readonly signal: AbortSignal;
  readonly input?: string | undefined;
  readonly maxBytes?: number | undefined;
}

/** Only the newest of them can close stdin and go on listening. */
export const CLOSES_INPUT = 'v5.channel.k8s.io';
const PROTOCOLS = ['v4.channel.k8s.io', CLOSES_INPUT];

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, status: 3, close: 255 } as const;

const OPERATION = 'run in a pod';

/** The server speaks none of the protocols that were offered: nothing was run. */
export class ProtocolRefused extends Error {
  override readonly name = 'ProtocolRefused';
}

/**
 * Resolves with how it ended; one that is called off runs on, as Kubernetes ends no program with its connection. `protocols`: those that will do, the best first.
 */
export async function runInContainer(
  { access }: Pick<Cluster, 'access'>,
  started: Started,
  protocols: readonly string[] = PROTOCOLS,
): Promise<ExecResult> {
  const { pod, signal, input, maxBytes } = started;
  const url = urlOf(access.server, started);
  const failure = { operation: OPERATION, server: access.server, signal };
  if (signal.aborted) throw stopped(OPERATION, access.server, signal);
  const options = await authorized(access, failure).catch((error: unknown) => {
    throw translateConnectionError(error, failure);
  });

  const socket = new WebSocket(url, [...protocols], { ...options, handshakeTimeout: 15_000 });
  const { promise, resolve, reject } = Promise.withResolvers<ExecResult>();
  const stdout = boundedText(maxBytes);
  const stderr = boundedText(maxBytes);
  const status = boundedText();

  let began = false;
  const onAbort = () => {
    reject(began ? leftRunning(started) : stopped(`${OPERATION} ${pod}`, access.server, signal));
    socket.terminate();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  socket.on('unexpected-response', (_request: ClientRequest, response: IncomingMessage) => {
    readRefusal(response, requestWords('GET', url.pathname), access.server)
      .then((refusal) => reject(protocolRefused(response, refusal) ?? refusal))
      .catch((error: unknown) => reject(translateConnectionError(error, failure)))
      .finally(() => socket.terminate());
  });
  socket.on('error', (error) => reject(translateConnectionError(error, failure)));
  socket.on('open', () => {
    began = true;
    if (input !== undefined) sendInput(socket, input);
  });
  socket.on('message', (data: RawData) => {
    const message = bytesOf(data);
    const content = message.subarray(1);
    if (message[0] === CHANNEL.stdout) stdout.add(content);
    if (message[0] === CHANNEL.stderr) stderr.add(content);
    if (message[0] === CHANNEL.status && content.length > 0) {
      status.add(content);
      socket.close(); // it comes last, once all output is sent
    }
  });
  socket.on('close', () => {
    try {
      const output = { stdout: stdout.text(), stderr: stderr.text() };
      const exitCode = readExit(status.text(), output, started);
      resolve({ exitCode, ...output, truncated: stdout.truncated() || stderr.truncated() });
    } catch (error) {
      reject(error instanceof AdapterError ? error : fail(OPERATION, String(error)));
    }
  });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.terminate();
  }
}

/** Kubernetes has no request that would end it. */
const leftRunning = ({ pod, command: [program], signal }: Started): AdapterError =>
  fail(
    OPERATION,
    `${program} in pod ${pod} did not end in time and may still run there, as Kubernetes stops no program: look again when it has ended.`,
    'timed-out',
    { retryable: true, cause: signal.reason },
  );

function urlOf(server: string, { namespace, pod, container, command, input }: Started): URL {
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/exec`;
  const url = new URL(server + path);
  url.searchParams.set('container', container);
  for (const argument of command) url.searchParams.append('command', argument);
  url.searchParams.set('stdin', String(input !== undefined));
  url.searchParams.set('stdout', 'true');
  url.searchParams.set('stderr', 'true');
  return url;
}

/** In pieces that every proxy takes. */
const PIECE_BYTES = 32 * 1024;

function sendInput(socket: WebSocket, input: string): void {
  const bytes = Buffer.from(input);
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    socket.send(Buffer.concat([Buffer.of(CHANNEL.stdin), bytes.subarray(from, from + PIECE_BYTES)]));
  }
  if (socket.protocol === CLOSES_INPUT) socket.send(Buffer.of(CHANNEL.close, CHANNEL.stdin));
}

/** A handshake that fails for the protocol's sake has no `Status` in it, unlike every refusal of the API server. */
const protocolRefused = (response: IncomingMessage, refusal: AdapterError): ProtocolRefused | undefined =>
  refusal.fault !== 'not-found' && !/json/.test(response.headers['content-type'] ?? '')
    ? new ProtocolRefused()
    : undefined;

const bytesOf = (data: RawData): Buffer => {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
};
