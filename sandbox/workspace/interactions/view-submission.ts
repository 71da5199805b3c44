/** Submitting and closing modals, and what the app's acknowledgement says to do with them. */
import { z } from 'zod';
import { anyFields } from '../fields.ts';
import { complaints, formState } from '../form.ts';
import type { FormState, View } from '../model.ts';
import type { ClientAnswer, Platform } from '../platform.ts';
import { SlackError } from '../slack-error.ts';
import { viewObject } from '../slack-objects.ts';
import { checkView } from '../views.ts';
import { answerOf, commonPayload, userOf } from './payload.ts';

const responseAction = z.discriminatedUnion('response_action', [
  z.object({ response_action: z.literal('errors'), errors: z.record(z.string(), z.string()) }),
  z.object({ response_action: z.literal('update'), view: anyFields }),
  z.object({ response_action: z.literal('push'), view: anyFields }),
  z.object({ response_action: z.literal('clear') }),
]);

const TROUBLE: ClientAnswer = { ok: false, notice: 'We had some trouble connecting. Try again?' };
const GONE: ClientAnswer = { ok: false, notice: 'This dialog has been closed.' };

function openView({ views }: Platform, user: string, id: string): View | undefined {
  const view = views.find(id);
  return view?.user === user && view.type === 'modal' ? view : undefined;
}

function respond({ views }: Platform, view: View, response: unknown): ClientAnswer {
  if (response === undefined) {
    views.close(view);
    return { ok: true };
  }
  const parsed = responseAction.safeParse(response);
  if (!parsed.success) return TROUBLE;
  const action = parsed.data;
  switch (action.response_action) {
    case 'errors': {
      const blocks = new Set(view.blocks.map(({ block_id }) => block_id));
      // Slack shows nothing of an answer that names a block which is not there.
      if (Object.keys(action.errors).some((block) => !blocks.has(block))) return TROUBLE;
      views.refuse(view, action.errors);
      return { ok: true, errors: action.errors };
    }
    case 'update':
      checkView(action.view, 'modal');
      views.update(view, action.view);
      return { ok: true };
    case 'push':
      checkView(action.view, 'modal');
      views.push(view.user, action.view);
      return { ok: true };
    case 'clear': {
      const [root] = views.stack(view.user);
      if (root) views.close(root);
      return { ok: true };
    }
  }
}

export interface Submission {
  user: string;
  viewId: string;
  values: FormState;
}

export async function submitView(
  platform: Platform,
  { user: id, viewId, values }: Submission,
): Promise<ClientAnswer> {
  const { state, views, triggers, delivery } = platform;
  const user = userOf(state, id);
  const open = openView(platform, id, viewId);
  if (!open) return GONE;
  const view = views.choose(open, formState(open.blocks, values));
  const missing = complaints(view.blocks, view.chosen);
  if (Object.keys(missing).length > 0) {
    views.refuse(view, missing);
    return { ok: true, errors: missing };
  }
  const receipt = await delivery.send('interactive', {
    type: 'view_submission',
    ...commonPayload(state, user),
    trigger_id: triggers.issue(id),
    view: viewObject(view, state),
    response_urls: [],
  });
  if (receipt.outcome !== 'acknowledged') return answerOf(receipt, platform);
  // While the app thought about it, it may have updated or closed the view itself.
  const current = openView(platform, id, viewId);
  if (!current) return { ok: true };
  try {
    return respond(platform, current, receipt.response);
  } catch (error) {
    if (error instanceof SlackError) return TROUBLE;
    throw error;
  }
}

/** Closes it whatever the app says: the person has looked away. */
export async function closeView(platform: Platform, user: string, viewId: string): Promise<ClientAnswer> {
  const { state, views, delivery } = platform;
  const person = userOf(state, user);
  const view = openView(platform, user, viewId);
  if (!view) return { ok: true };
  const isCleared = view.payload.clear_on_close === true;
  const [root] = views.stack(user);
  const closed = views.close(isCleared && root ? root : view);
  const told = closed.filter(({ payload }) => payload.notify_on_close === true);
  await Promise.all(
    told.map((one) =>
      delivery.send('interactive', {
        type: 'view_closed',
        ...commonPayload(state, person),
        view: viewObject(one, state),
        is_cleared: isCleared,
      }),
    ),
  );
  return { ok: true };
}
