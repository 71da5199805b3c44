/** A proxy before the lab's API server: what the lab's own does not have, or not yet, is answered by the test. */
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Stage } from './stage.ts';

export interface FrontAnswers {
  /** @returns whether it has answered; what it does before it says no has happened when the API server is asked */
  readonly http?: (asked: IncomingMessage, answer: ServerResponse) => boolean | Promise<boolean>;
  /** Every WebSocket, none of which is passed on; the newest protocol is chosen. */
  readonly socket?: (socket: WebSocket) => void;
}

/** Closed when the test that called this has finished. @returns the path of a kubeconfig with the bot's own rights */
export async function front(
  stage: Stage,
  { http = () => false, socket = () => {} }: FrontAnswers,
): Promise<string> {
  const config = new KubeConfig();
  config.loadFromFile(stage.lab.kubernetes.botKubeconfig);
  const { server: behind = '' } = config.getCurrentCluster() ?? {};
  const server = createServer(async (asked, answer) => {
    if (await http(asked, answer)) return;
    const { method = 'GET', url = '/', headers } = asked;
    const passed = request(`${behind}${url}`, { method, headers, ca: stage.cluster.authority }, (from) => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  const sockets = new WebSocketServer({ server, handleProtocols: () => 'v5.channel.k8s.io' });
  sockets.on('connection', socket);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const each of sockets.clients) each.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const path = join(stage.folder, `front-${address.port}`);
  const user = config.getCurrentUser();
  await writeFile(
    path,
    JSON.stringify({
      clusters: [
        {
          name: 'front',
          cluster: { server: `http://127.0.0.1:${address.port}`, 'insecure-skip-tls-verify': true },
        },
      ],
      users: [{ name: 'front', user: { token: user?.token } }],
      contexts: [{ name: 'front', context: { cluster: 'front', user: 'front' } }],
      'current-context': 'front',
    }),
  );
  return path;
}
