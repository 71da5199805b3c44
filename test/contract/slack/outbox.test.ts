/** A message whose answer was lost is looked for before it is posted again, however much has been said since. */
import { expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import { openClient } from '../../../src/slack/calls.ts';
import { createOutbox } from '../../../src/slack/outbox.ts';
import { createMessages } from '../../../src/store/messages.ts';
import { paksaTables } from '../../harness/paksa-tables.ts';
import { openWorkspace } from '../workspace/slack-app.ts';

const channel = CHANNELS.operations;
const VIEW = { text: 'a page', blocks: [] };
/** More than are read at a time. */
const MANY = 230;

const pool = paksaTables();

async function given() {
  const workspace = await openWorkspace();
  const { apiUrl, botToken } = workspace;
  const client = openClient({ apiUrl, botToken });
  const outbox = createOutbox({
    client,
    messages: createMessages(pool()),
    checkpoint: () => undefined,
    installation: 'e1f5c7a0-0000-8000-8000-000000000002',
  });
  const readings = () =>
    workspace.requests.filter(({ method }) => /conversations\.(history|replies)/.test(method)).length;
  return { workspace, outbox, readings, person: workspace.as(PEOPLE.ana) };
}

test('in a channel in which much was said meanwhile', async () => {
  const { workspace, outbox, person } = await given();
  workspace.failNext('chat.postMessage', { dropAnswer: true });
  await expect(outbox.deliver('page/INC-1/1/1/one', { channel }, VIEW)).rejects.toMatchObject({
    fault: 'unreachable',
  });
  for (let said = 0; said < MANY; said += 1) await person.say(channel, `line ${said}`);
  await outbox.deliver('page/INC-1/1/1/one', { channel }, VIEW);
  expect(workspace.messages(channel).filter(({ byBot }) => byBot)).toHaveLength(1);
});

test('in a thread, which begins with its oldest', async () => {
  const { workspace, outbox, person } = await given();
  const { message } = await person.say(channel, 'what is wrong?');
  const threadTs = message?.ts ?? '';
  for (let said = 0; said < MANY; said += 1) await person.say(channel, `line ${said}`, threadTs);
  workspace.failNext('chat.postMessage', { dropAnswer: true });
  await expect(outbox.deliver('thread/INC-2/1', { channel, threadTs }, VIEW)).rejects.toThrow();
  await outbox.deliver('thread/INC-2/1', { channel, threadTs }, VIEW);
  expect(workspace.thread(channel, threadTs).filter(({ byBot }) => byBot)).toHaveLength(1);
});

test('a failure of Slack’s own may have been a success: it is looked for; a refusal was none', async () => {
  const { workspace, outbox, readings } = await given();
  workspace.failNext('chat.postMessage', { error: 'internal_error' });
  const failed = outbox.deliver('page/INC-3/1/1/one', { channel }, VIEW);
  await expect(failed).rejects.toMatchObject({ fault: 'unreachable', retryable: true });
  await outbox.deliver('page/INC-3/1/1/one', { channel }, VIEW);
  expect(readings()).toBe(1);

  workspace.failNext('chat.postMessage', { error: 'is_archived' });
  const refused = outbox.deliver('page/INC-3/1/1/two', { channel }, VIEW);
  await expect(refused).rejects.toMatchObject({ fault: 'not-found', retryable: false });
  await outbox.deliver('page/INC-3/1/1/two', { channel }, VIEW);
  expect(readings()).toBe(1);
  expect(workspace.messages(channel).filter(({ byBot }) => byBot)).toHaveLength(2);
});
