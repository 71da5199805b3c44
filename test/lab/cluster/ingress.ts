/** Requests through a stack's ingress controller. */
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

export interface IngressAddress {
  readonly host: string;
  readonly port: number;
  /** No resolver knows it. */
  readonly servername: string;
  /** Path of the root to trust. */
  readonly trust: string;
}

export interface IngressAnswer {
  readonly status: number;
  readonly body: string;
}

/** One GET on a connection of its own. `ca`: PEM. @throws Error when the connection or its certificate is not good */
export async function getThroughIngress(
  { host, port, servername }: IngressAddress,
  ca: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<IngressAnswer> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(
      { host, port, servername, ca, path, headers: { host: servername, ...headers }, agent: false },
      resolve,
    )
      .on('error', reject)
      .end();
  });
  return { status: answer.statusCode ?? 0, body: await text(answer) };
}
