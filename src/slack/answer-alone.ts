/** Slack's payloads while the database is away: an answer to a page counts at once, and whoever asks for anything else is told. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { type DecideDeps, decide } from '../engine/decide.ts';
import type { Receipt, Schedules } from '../engine/ports.ts';
import type { Incident } from '../incident/incident.ts';
import { askerOf, isAdmitted } from './admission.ts';
import { type Asker, createTell } from './answer.ts';
import { actorOf, namedBy } from './authorize.ts';
import { visibleTo } from './gate.ts';
import { decisionOf, Pressed } from './payloads.ts';
import { countedView, keptView, voidView } from './views/alone.ts';
import { type ButtonValue, decode } from './views/button-value.ts';
import { refusalView, sayView, statusView } from './views/reply.ts';

export interface AnswerAloneDeps extends DecideDeps {
  readonly client: WebClient;
  readonly schedules: Schedules;
  /** Somebody has answered: the others are told. */
  readonly stopped: (incident: Incident, by: string) => Promise<void>;
}

const Said = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
});
const Mentioned = z.object({
  event: z.object({ type: z.literal('app_mention'), user: z.string(), channel: z.string() }),
});
const Submitted = z.object({ type: z.literal('view_submission'), user: z.object({ id: z.string() }) });

/** What counts without the database: it stops a ladder, or moves it on. */
const AT_ONCE: ReadonlySet<string> = new Set(['acknowledge', 'escalate', 'resolve']);
/** What would change something, or lets something be changed. */
const CHANGES: ReadonlySet<string> = new Set(['approve', 'undo']);

/** True when nothing is left of it to be done; false when it waits for the database. */
export async function answerAlone(deps: AnswerAloneDeps, { id, body }: Receipt): Promise<boolean> {
  const tell = createTell(deps.client);
  const whoever = askerOf(body);
  // Where Slack does not say either, whoever is on the ladder counts.
  if (whoever && !(await isAdmitted(deps.client, tell, whoever).catch(() => true))) return true;
  const pressed = Pressed.safeParse(body).data;
  if (pressed) {
    const { user, channel, response_url } = pressed;
    const asker = { user: user.id, channel: channel?.id, responseUrl: response_url };
    const { verb, button } = meaning(pressed.actions.at(0));
    if (button && AT_ONCE.has(verb)) return decideAlone(deps, verb, button, asker, id);
    await tell(asker, keptView(CHANGES.has(verb)));
    return false;
  }
  const said = Said.safeParse(body).data;
  if (said) {
    const asker = { user: said.user_id, channel: said.channel_id, responseUrl: said.response_url };
    if (said.text.trim() === 'status') {
      const open = await deps.store.openIncidents();
      await tell(asker, statusView(await visibleTo(deps.client, deps, said.user_id, open)));
      await tell(asker, sayView('That is from memory: my own database is away.'));
      return true;
    }
    await tell(asker, keptView(false));
    return false;
  }
  const user = Submitted.safeParse(body).data?.user.id;
  const mention = Mentioned.safeParse(body).data?.event;
  if (user !== undefined) await tell({ user }, keptView(false));
  else if (mention) await tell({ user: mention.user, channel: mention.channel }, keptView(false));
  return false;
}

/** A change that was asked for longer ago than there is time to decide: it counts for nothing, and whoever wanted it is told. */
export async function refuseStale(
  { client, store }: Pick<AnswerAloneDeps, 'client' | 'store'>,
  { at, receipt }: { readonly at: number; readonly receipt: Receipt },
  now: number,
): Promise<boolean> {
  const pressed = Pressed.safeParse(receipt.body).data;
  const { verb, button } = meaning(pressed?.actions.at(0));
  if (!pressed || !button || !CHANGES.has(verb)) return false;
  const incident = await store.incident(button.incident);
  if (!incident || now - at <= incident.policy.approval.expiresMs) return false;
  const { user, channel, response_url } = pressed;
  await createTell(client)({ user: user.id, channel: channel?.id, responseUrl: response_url }, voidView(at));
  return true;
}

/** What a button asks for. */
function meaning(action: { action_id: string; value: string } | undefined) {
  const [verb = ''] = action?.action_id.split(':') ?? [];
  return { verb, button: decode(action?.value ?? '') };
}

async function decideAlone(
  deps: AnswerAloneDeps,
  verb: string,
  { incident: id, part, version }: ButtonValue,
  asker: Asker,
  receipt: string,
): Promise<boolean> {
  const { store, client, schedules, stopped } = deps;
  const tell = createTell(client);
  const incident = await store.incident(id);
  const decision = decisionOf(verb, part, version);
  if (!incident || !decision) {
    // Not one of those that were open when the database was last heard.
    await tell(asker, keptView(false));
    return false;
  }
  const actor = await actorOf(client, { store, schedules }, asker.user, namedBy(incident));
  const applied = await decide(deps, id, decision, actor, receipt);
  if (applied.done && applied.incident.status !== 'open') await stopped(applied.incident, asker.user);
  await tell(asker, applied.done ? countedView(applied.incident) : refusalView(applied));
  return true;
}
