/** What one person is told goes to Slack alone, whatever address came with what they did. */
import { expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import { createTell } from '../../../src/slack/answer.ts';
import { openClient } from '../../../src/slack/calls.ts';
import { serveHttp } from '../../harness/http-server.ts';
import { openWorkspace } from '../workspace/slack-app.ts';

const VIEW = { text: 'for you alone', blocks: [] };

/** A workspace, and a server beside it that says what it was asked. */
async function given() {
  const workspace = await openWorkspace();
  const { apiUrl, botToken } = workspace;
  const asked: string[] = [];
  const { url } = await serveHttp((request, response) => {
    asked.push(request.url ?? '');
    response.end();
  });
  return { workspace, apiUrl, botToken, asked, url };
}

test('an address that is not Slack’s gets nothing: they are told in the channel', async () => {
  const { workspace, apiUrl, botToken, asked, url } = await given();
  const tell = createTell(openClient({ apiUrl, botToken }));
  const addresses = [url, `${url}/hooks.slack.com/x`, 'https://slack.com.evil.example/', 'no address'];
  for (const responseUrl of addresses)
    await tell({ user: PEOPLE.ana, channel: CHANNELS.operations, responseUrl }, VIEW);
  expect(asked).toEqual([]);
  expect(workspace.ephemerals(PEOPLE.ana)).toHaveLength(addresses.length);
});

test('Slack’s own is used, as long as it is good', async () => {
  const { workspace, apiUrl, botToken, asked, url } = await given();
  const client = openClient({ apiUrl: `${url}/api/`, botToken });
  await createTell(client)({ user: PEOPLE.ana, responseUrl: `${url}/actions/T1/x` }, VIEW);
  expect(asked).toEqual(['/actions/T1/x']);
  const used = {
    user: PEOPLE.ana,
    channel: CHANNELS.operations,
    responseUrl: `${new URL(apiUrl).origin}/actions/T1/used`,
  };
  await createTell(openClient({ apiUrl, botToken }))(used, VIEW);
  expect(workspace.ephemerals(PEOPLE.ana)).toHaveLength(1);
});
