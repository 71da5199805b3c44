import bolt from '@slack/bolt';
import { startWorkspace } from '../../sandbox/workspace/server.ts';
import * as cards from './cards.ts';
import { openBrowser } from './chromium.ts';

const w = await startWorkspace({
  port: 0,
  pageDir: 'sandbox/page/dist',
  completions: ['/paksa diagnose ssl', '/paksa help'],
});
console.log(w.url, w.people, w.channels);
const b = await openBrowser();
const page = await b.context.newPage();
page.on('console', (m) => console.log('console', m.text().slice(0, 300)));
page.on('pageerror', (m) => console.log('err', String(m.stack).slice(0, 300)));
await page.goto(w.url);
await page.getByRole('combobox').first().waitFor();
await page.waitForTimeout(300);
await page.screenshot({ path: '/tmp/real-0.png' });
const app = new bolt.App({
  token: w.botToken,
  appToken: w.appToken,
  socketMode: true,
  clientOptions: { slackApiUrl: w.apiUrl } as never,
});
app.command('/paksa', async ({ ack, client, command, respond }: any) => {
  await ack();
  if (command.text.includes('modal')) {
    const { id, type, ...v } = cards.proposal as any;
    await client.views.open({
      trigger_id: command.trigger_id,
      view: {
        type: 'modal',
        callback_id: 'x',
        title: { type: 'plain_text', text: v.title },
        submit: { type: 'plain_text', text: 'Look' },
        close: { type: 'plain_text', text: 'Cancel' },
        blocks: v.blocks,
      },
    });
    return;
  }
  await respond({ text: 'Looking…', response_type: 'ephemeral' });
  const blocks = (cards.findings as any[]).filter((x) => x.type !== 'container');
  const { ts, channel } = await client.chat.postMessage({
    channel: command.channel_id,
    text: 'SSL: expires in 3 days',
    blocks,
  });
  await client.chat.postMessage({ channel, thread_ts: ts, text: 'Checked 5 things' });
});
app.view('x', async ({ ack, view }: any) => {
  console.log(JSON.stringify(view.state.values));
  await ack({ response_action: 'errors', errors: { host: 'No such host' } } as never);
});
app.action(/.*/, async ({ ack, action, body, client }: any) => {
  await ack();
  console.log(
    'action',
    action.action_id,
    action.value,
    JSON.stringify(action.selected_option ?? action.selected_user ?? ''),
  );
  if (action.action_id === 'approve')
    await client.chat.update({
      channel: body.channel.id,
      ts: body.message.ts,
      text: 'done',
      blocks: cards.done,
    });
});
app.event('app_home_opened', async ({ client, event }: any) => {
  await client.views.publish({
    user_id: event.user,
    view: {
      type: 'home',
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Open incidents' } },
        { type: 'section', text: { type: 'mrkdwn', text: 'None. *Quiet.*' } },
      ],
    },
  });
});
app.event('app_mention', async ({ say, event }: any) => {
  await say(`You said: ${event.text} at 12:30:45`);
});
await app.start();
await page.waitForTimeout(500);
const box = page.getByRole('combobox', { name: /^Message/ });
await box.fill('/paksa diagnose ssl');
await page.keyboard.press('Enter');
await page.getByRole('button', { name: 'Renew with certbot' }).waitFor();
await page.waitForTimeout(500);
await page.screenshot({ path: '/tmp/real-1.png' });
await page.getByLabel(/Choose a person/).selectOption({ index: 2 });
await page.waitForTimeout(1800);
await page.getByRole('button', { name: 'Renew with certbot' }).click();
await page.getByText('valid for 90').waitFor();
await box.fill('hey @paksa & <b> *.x.y `*.z`');
await page.keyboard.press('Enter');
await page.getByText('You said').first().waitFor();
await box.fill('/paksa modal');
await page.keyboard.press('Enter');
await page.getByRole('dialog').waitFor();
await page.getByRole('button', { name: 'Look' }).click();
await page.waitForTimeout(500);
await page.screenshot({ path: '/tmp/real-2a.png' });
await page.getByLabel('Topic').selectOption('ssl');
await page.getByLabel('Host').fill('h');
await page.getByRole('button', { name: 'Look' }).click();
await page.getByText('No such host').waitFor();
await page.screenshot({ path: '/tmp/real-2.png' });
await page.keyboard.press('Escape');
await page
  .getByRole('navigation', { name: 'Conversations' })
  .getByRole('button', { name: /aksa/ })
  .last()
  .click();
await page.getByRole('button', { name: 'Home' }).click();
await page.waitForTimeout(300);
await page.screenshot({ path: '/tmp/real-3.png' });
await page.locator('.sidebar .entry').first().click();
await box.fill('/nope x');
await page.keyboard.press('Enter');
await page.waitForTimeout(300);
await page.screenshot({ path: '/tmp/real-4.png' });
console.log('close');
await app.stop();
await b.close();
await w.stop();
process.exit(0);
