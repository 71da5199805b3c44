/** The local workspace with Slack's own client libraries on the other side. */
import { App, LogLevel } from '@slack/bolt';
import { SocketModeClient } from '@slack/socket-mode';
import type { ActionsBlock, ActionsBlockElement, InputBlock, KnownBlock, ModalView } from '@slack/types';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { onTestFinished } from 'vitest';
import { startWorkspace, type Workspace, type WorkspaceOptions } from '../../../sandbox/workspace/server.ts';
import { freePort } from '../../harness/free-port.ts';

/** Tests read what libraries say in errors, not in logs. */
const silent = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  setLevel: () => {},
  getLevel: () => LogLevel.ERROR,
  setName: () => {},
};

export async function openWorkspace(options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
  const workspace = await startWorkspace({ port: 0, rateLimits: false, ...options });
  onTestFinished(() => workspace.stop());
  return workspace;
}

export function webClient(workspace: Workspace, options: WebClientOptions = {}, token = workspace.botToken) {
  return new WebClient(token, {
    slackApiUrl: workspace.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    ...options,
  });
}

/** What Slack answers to a call that it refuses. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it was not refused');
  return error.message.replace('An API error occurred: ', '');
}

/** `workspace` closes first at the end of a test, so that a client need not be polite about it. */
export async function socketClient(workspace: Workspace): Promise<SocketModeClient> {
  const client = new SocketModeClient({
    appToken: workspace.appToken,
    clientOptions: { slackApiUrl: workspace.apiUrl, retryConfig: { retries: 0 } },
    // What it waits for before it connects again.
    clientPingTimeout: 50,
    logger: silent,
  });
  onTestFinished(() => client.disconnect());
  await client.start();
  return client;
}

export async function socketApp(workspace: Workspace): Promise<App> {
  const app = new App({
    token: workspace.botToken,
    appToken: workspace.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: workspace.apiUrl },
    logger: silent,
  });
  onTestFinished(async () => {
    await app.stop();
  });
  await app.start();
  await workspace.waitForConnections(1);
  return app;
}

/** A Bolt app over HTTP, and the workspace that sends to it. */
export async function httpApp(
  options: Partial<WorkspaceOptions> = {},
): Promise<{ app: App; workspace: Workspace }> {
  const port = await freePort();
  const signingSecret = 'the-signing-secret-of-a-test';
  const workspace = await openWorkspace({
    http: { requestUrl: `http://127.0.0.1:${port}/slack/events`, signingSecret },
    ...options,
  });
  const app = new App({
    token: workspace.botToken,
    signingSecret,
    clientOptions: { slackApiUrl: workspace.apiUrl },
    logger: silent,
  });
  await app.start(port);
  onTestFinished(async () => {
    await app.stop();
  });
  return { app, workspace };
}

export const section = (text: string) => ({
  type: 'section' as const,
  text: { type: 'mrkdwn' as const, text },
});

export const button = (action_id: string, text: string, value = '1') => ({
  type: 'button' as const,
  action_id,
  text: { type: 'plain_text' as const, text },
  value,
});

export const actions = (block_id: string, ...elements: ActionsBlockElement[]): ActionsBlock => ({
  type: 'actions',
  block_id,
  elements,
});

export const modal = (
  title: string,
  blocks: KnownBlock[] = [],
  extra: Partial<ModalView> = {},
): ModalView => ({
  type: 'modal',
  title: { type: 'plain_text', text: title },
  blocks,
  ...extra,
});

export const input = (block_id: string, action_id: string): InputBlock => ({
  type: 'input',
  block_id,
  label: { type: 'plain_text', text: block_id },
  element: { type: 'plain_text_input', action_id },
});

export const submit = { type: 'plain_text' as const, text: 'Submit' };
