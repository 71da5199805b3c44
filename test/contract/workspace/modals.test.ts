/** Modals, with a Bolt app over Socket Mode: opened, submitted, updated, stacked and closed. */
import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { describe, expect, test } from 'vitest';
import { CHANNELS, PEOPLE } from '../../../sandbox/workspace/people.ts';
import type { Workspace } from '../../../sandbox/workspace/server.ts';
import {
  actions,
  button,
  input,
  modal,
  openWorkspace,
  section,
  socketApp,
  submit,
  webClient,
} from './slack-app.ts';

const channel = CHANNELS.operations;

/** Ana's command opens this one: she herself, and what she is shown. */
async function opened(workspace: Workspace, app: App, view: ModalView) {
  app.command('/paksa', async ({ ack, client, command }) => {
    await ack();
    await client.views.open({ trigger_id: command.trigger_id, view });
  });
  const ana = workspace.as(PEOPLE.ana);
  await ana.command(channel, '/paksa');
  const { id, hash } = await workspace.waitForView(PEOPLE.ana);
  return { ana, id, hash };
}

describe('modals', () => {
  test('open by trigger, refuse, then close by submission', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const submissions: object[] = [];
    app.view('resolve', async ({ ack, view, body }) => {
      submissions.push(body);
      const reason = view.state.values.why?.reason?.value ?? '';
      if (reason.length < 5) await ack({ response_action: 'errors', errors: { why: 'Say more.' } });
      else await ack();
    });
    const view = modal('Resolve', [input('why', 'reason')], {
      callback_id: 'resolve',
      private_metadata: 'INC-1',
      submit,
    });
    const { ana, id } = await opened(workspace, app, view);
    expect(await ana.submit(id)).toEqual({
      ok: true,
      errors: { why: 'Please complete this required field.' },
    });
    expect(await ana.submit(id, { why: 'so' })).toEqual({ ok: true, errors: { why: 'Say more.' } });
    expect(await ana.submit(id, { why: { reason: 'renewed by hand' } })).toEqual({ ok: true });
    expect(workspace.views(PEOPLE.ana)).toEqual([]);
    expect(submissions).toHaveLength(2);
    expect(submissions[1]).toMatchObject({
      type: 'view_submission',
      user: { id: PEOPLE.ana },
      view: {
        id,
        type: 'modal',
        callback_id: 'resolve',
        private_metadata: 'INC-1',
        state: { values: { why: { reason: { type: 'plain_text_input', value: 'renewed by hand' } } } },
        root_view_id: id,
        previous_view_id: null,
      },
    });
  });

  test('are updated, pushed and cleared by the acknowledgement', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const step = (name: string) => modal(name, [section(name)], { callback_id: name, submit });
    app.view('one', ({ ack }) => ack({ response_action: 'update', view: step('two') }));
    app.view('two', ({ ack }) => ack({ response_action: 'push', view: step('three') }));
    app.view('three', ({ ack }) => ack({ response_action: 'clear' }));
    const stack = () => workspace.views(PEOPLE.ana).map(({ payload }) => payload.callback_id);
    const { ana, id } = await opened(workspace, app, step('one'));
    await ana.submit(id);
    expect(stack()).toEqual(['two']);
    await ana.submit(id);
    expect(stack()).toEqual(['two', 'three']);
    await ana.submit(workspace.views(PEOPLE.ana)[1]?.id ?? '');
    expect(stack()).toEqual([]);
  });

  test('tell when they are closed, if asked to', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const closed: object[] = [];
    app.view({ callback_id: 'x', type: 'view_closed' }, async ({ ack, body }) => {
      await ack();
      closed.push(body);
    });
    const view = modal('x', [section('x')], { callback_id: 'x', notify_on_close: true });
    const { ana, id } = await opened(workspace, app, view);
    await ana.close(id);
    expect(closed).toMatchObject([{ type: 'view_closed', is_cleared: false, view: { id } }]);
    expect(await ana.submit(id).catch((error: Error) => error.message)).toContain('has no view');
  });

  test('are opened once, and within three seconds', async () => {
    let now = Date.now();
    const workspace = await openWorkspace({ clock: () => now });
    const app = await socketApp(workspace);
    const triggers: string[] = [];
    app.command('/paksa', async ({ ack, command }) => {
      await ack();
      triggers.push(command.trigger_id);
    });
    const ana = workspace.as(PEOPLE.ana);
    await ana.command(channel, '/paksa');
    await ana.command(channel, '/paksa');
    const [first = '', second = ''] = triggers;
    const slack = webClient(workspace);
    const open = (trigger_id: string) => slack.views.open({ trigger_id, view: modal('x', [section('x')]) });
    await open(first);
    await expect(open(first)).rejects.toThrow('exchanged_trigger_id');
    now += 3001;
    await expect(open(second)).rejects.toThrow('expired_trigger_id');
    await expect(open('1.2.three')).rejects.toThrow('invalid_trigger_id');
  });

  test('keep what was typed through an update, and refuse a stale one', async () => {
    const workspace = await openWorkspace();
    const app = await socketApp(workspace);
    const blocks = [input('why', 'reason'), actions('more', button('more', 'More'))];
    app.action('more', ({ ack }) => ack());
    const view = modal('x', blocks, { submit, external_id: 'the-modal' });
    const { ana, id, hash } = await opened(workspace, app, view);
    expect(await ana.click({ viewId: id }, 'More')).toEqual({ ok: true });
    const slack = webClient(workspace);
    const updated = await slack.views.update({
      external_id: 'the-modal',
      view: modal('y', blocks, { submit }),
      hash,
    });
    expect(updated.view).toMatchObject({ id, title: { text: 'y' } });
    await expect(slack.views.update({ view_id: id, view: modal('z'), hash })).rejects.toThrow(
      'hash_conflict',
    );
    await expect(slack.views.update({ view_id: 'V404', view: modal('z') })).rejects.toThrow('not_found');
  });
});
