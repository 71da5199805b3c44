/** What each of Slack's payloads sets in motion. Every listener does one thing: it calls a use case, and tells who asked. */
import { App, type AuthorizeResult, type Receiver } from '@slack/bolt';
import type { Logger } from '@slack/socket-mode';
import type { WebClient } from '@slack/web-api';
import { type Decision, decide } from '../engine/decide.ts';
import { type DiagnoseDeps, requestDiagnosis } from '../engine/diagnose.ts';
import type { DrillDeps } from '../engine/drill.ts';
import { environmentOf } from '../engine/lookup.ts';
import type { AuditLog, Checkpoint, Messages, Schedules, Store, Topics } from '../engine/ports.ts';
import type { ReachDeps } from '../engine/reachability.ts';
import { requestSurvey } from '../engine/survey.ts';
import { UserError } from '../errors.ts';
import { EVERYTHING } from '../runbook/define.ts';
import { createAdmission } from './admission.ts';
import { type Asker, createTell } from './answer.ts';
import { createAuditHandler } from './audit.ts';
import { actorOf, namedBy } from './authorize.ts';
import { call, slackError } from './calls.ts';
import { createOpenDialog, dialogOf, submitted } from './dialogs.ts';
import { createGate } from './gate.ts';
import { createLadderHandlers } from './ladder.ts';
import { createLifeHandlers, isLifeDialog } from './life.ts';
import { createOnCallHandlers } from './on-call.ts';
import { parse } from './parse.ts';
import { chosenIn, decisionOf, Pressed, Receipt, Submitted } from './payloads.ts';
import type { DrawPostmortem } from './postmortem.ts';
import { createSilenceHandlers } from './silence.ts';
import { createStarter } from './start.ts';
import { decode, decodeLook, decodeStart, type Look } from './views/button-value.ts';
import { emergenciesView, proceduresView } from './views/emergencies.ts';
import { helpView } from './views/help.ts';
import { DRILL } from './views/ladder-check.ts';
import { isLifeVerb } from './views/life-modal.ts';
import { OVERRIDE } from './views/on-call.ts';
import { OVERRIDE_DIALOG } from './views/override-modal.ts';
import { environmentsView, refusalView, sayView, statusView } from './views/reply.ts';
import { SILENCE } from './views/silence.ts';
import { SILENCE_DIALOG } from './views/silence-modal.ts';

/** On whose clock people type, and how long a silence may last, in milliseconds. */
export interface SilenceSettings {
  readonly timeZone: string;
  readonly longestMs: number;
}

export interface RouterDeps {
  readonly client: WebClient;
  /** For `views.*`, and who is asking, alone: a dialog never waits behind cards. */
  readonly viewsClient: WebClient;
  readonly store: Store;
  readonly messages: Messages;
  readonly topics: Topics;
  readonly diagnose: DiagnoseDeps;
  readonly schedules: Schedules;
  readonly postmortem: DrawPostmortem;
  readonly silences: SilenceSettings;
  /** Opened for each look at the ladders. */
  readonly reach: () => ReachDeps;
  readonly drills: DrillDeps;
  readonly audit: AuditLog;
  readonly checkpoint: Checkpoint;
  readonly logger: Logger;
}

export function createRouter(deps: RouterDeps, receiver: Receiver): App {
  const { client, store, topics } = deps;
  const tell = createTell(client);
  let self: AuthorizeResult | undefined;
  const app = new App({
    receiver,
    logger: deps.logger,
    clientOptions: { retryConfig: { retries: 0 } },
    // Listeners use the clients above; Bolt only needs to know whose own messages to leave alone.
    authorize: async () => (self ??= await whoWeAre(client)),
  });
  app.use(createAdmission(deps.viewsClient, tell));
  // A listener that failed has to be tried again by the task that called it.
  app.error(async (error) => {
    throw error.original ?? error;
  });

  /** What a person did wrong is answered; everything else is the task's to try again. */
  const answering = async (asker: Asker, work: Promise<void>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await tell(asker, sayView(error.message));
    }
  };

  const carryOut = async (
    text: string,
    asker: Asker,
    receipt: string,
    { trigger, thread }: { readonly trigger?: string; readonly thread?: string | undefined } = {},
  ): Promise<void> => {
    const command = parse(text, topics);
    switch (command.command) {
      case 'help':
        return tell(asker, helpView([...topics.values()]));
      case 'unknown': {
        const nearest = command.nearest.flatMap((topic) => topics.get(topic) ?? []);
        return tell(asker, helpView(nearest, command.said));
      }
      case 'status':
        return tell(asker, statusView(await gate.visibleTo(asker.user, await store.openIncidents())));
      case 'diagnose':
        return diagnose(command, asker, receipt);
      case 'survey':
        return diagnose({ ...command, topic: EVERYTHING }, asker, receipt);
      case 'emergencies': {
        const { environments } = deps.diagnose.estate;
        return tell(asker, emergenciesView([...topics.values()], environments, command.said));
      }
      case 'procedures':
        return tell(asker, proceduresView([...topics.values()], command.said));
      case 'start':
        return start(command, asker, receipt);
      case 'oncall':
        return onCall.show(asker, command.schedule);
      case 'override':
        return onCall.override(command, asker, { receipt, trigger });
      case 'silence':
      case 'silences':
      case 'unsilence':
        return silence.carryOut(command, asker, receipt, trigger);
      case 'incident':
        return life.typed(command, asker, receipt, thread);
      case 'ladder-check':
      case 'ladder-drill':
      case 'ladder-unknown':
        return ladder.carryOut(command, asker);
      case 'audit':
        return audit(command, asker);
    }
  };

  const diagnose = async ({ topic, environment }: Look, asker: Asker, receipt: string) => {
    const { environments } = deps.diagnose.estate;
    if (environment === undefined && environments.length > 1)
      return tell(asker, environmentsView(topic, environments));
    if (!(await gate.mayLook(asker, environmentOf(deps.diagnose.estate, environment), topic))) return;
    const channel = await channelFor(asker);
    const request = { environment, requestedBy: asker.user, channel, id: receipt };
    await (topic === EVERYTHING
      ? requestSurvey(deps.diagnose, request)
      : requestDiagnosis(deps.diagnose, { ...request, topic }));
  };

  /** Where the answer can stand: here, or, in a conversation that Paksa is not part of, between the two of us. */
  const channelFor = async ({ channel, user, responseUrl }: Asker): Promise<string | undefined> => {
    if (channel !== undefined) {
      const here = await call('conversations.info', client.conversations.info({ channel })).catch(
        (error: unknown) => {
          if (slackError(error) === 'channel_not_found') return undefined;
          throw error;
        },
      );
      if (here) return channel;
    }
    const direct = await call('conversations.open', client.conversations.open({ users: user }));
    await tell(
      { user, responseUrl },
      sayView('I am not in this conversation: my answer is in our direct messages.'),
    );
    return direct.channel?.id;
  };

  const decideAs = async (
    incident: string,
    decision: Decision,
    asker: Asker,
    receipt: string,
  ): Promise<void> => {
    const actor = await actorOf(client, overriding, asker.user, namedBy(await store.incident(incident)));
    const applied = await decide(deps, incident, decision, actor, receipt);
    if (!applied.done) await tell(asker, refusalView(applied));
  };

  const openDialog = createOpenDialog(deps.viewsClient, tell);
  const overriding = { store, schedules: deps.schedules, estate: deps.diagnose.estate };
  const gate = createGate({ client, onCall: overriding, estate: deps.diagnose.estate, tell });
  const onCall = createOnCallHandlers({ client, overriding, openDialog, tell });
  const silence = createSilenceHandlers({
    client,
    silencing: { ...overriding, topics, estate: deps.diagnose.estate, longestMs: deps.silences.longestMs },
    timeZone: deps.silences.timeZone,
    redact: deps.diagnose.redact,
    openDialog,
    tell,
  });
  const life = createLifeHandlers({
    client,
    store,
    messages: deps.messages,
    acting: { store, checkpoint: deps.checkpoint, redact: deps.diagnose.redact },
    onCall: overriding,
    gate,
    openDialog,
    tell,
    postmortem: deps.postmortem,
  });
  const procedures = { ...deps.diagnose, checkpoint: deps.checkpoint };
  const ladder = createLadderHandlers({ client, reach: deps.reach, drilling: deps.drills, channelFor, tell });
  const { estate } = deps.diagnose;
  const audit = createAuditHandler({ client, log: deps.audit, onCall: overriding, estate, tell });
  const { start, fromCard } = createStarter({
    client,
    messages: deps.messages,
    procedures,
    gate,
    tell,
    channelFor,
  });

  app.command('/paksa', async ({ command, context }) => {
    const asker = { user: command.user_id, channel: command.channel_id, responseUrl: command.response_url };
    const { receipt } = Receipt.parse(context);
    await answering(asker, carryOut(command.text ?? '', asker, receipt, { trigger: command.trigger_id }));
  });

  app.event('app_mention', async ({ event, context }) => {
    if (event.user === undefined) return;
    const asker = { user: event.user, channel: event.channel };
    // Paksa's own mention: others say whom a command is about.
    const text = event.text.replace(new RegExp(`<@${context.botUserId}(\\|[^>]*)?>`, 'g'), ' ');
    const { receipt } = Receipt.parse(context);
    await answering(asker, carryOut(text, asker, receipt, { thread: event.thread_ts }));
  });

  app.action(/./, async ({ body, context }) => {
    const { user, channel, response_url, trigger_id, actions } = Pressed.parse(body);
    const { receipt } = Receipt.parse(context);
    const asker = { user: user.id, channel: channel?.id, responseUrl: response_url };
    const [action] = actions;
    const { action_id = '', value = '' } = action?.selected_option
      ? chosenIn(action.selected_option.value)
      : (action ?? {});
    const [verb = '', what] = action_id.split(':');
    if (verb === 'diagnose') return answering(asker, diagnose(decodeLook(value), asker, receipt));
    if (verb === OVERRIDE) return answering(asker, onCall.press(what, value, asker, trigger_id));
    if (verb === SILENCE) return answering(asker, silence.press(what, value, asker, trigger_id));
    if (verb === DRILL) return answering(asker, ladder.press(what, value, asker, receipt));
    const started = verb === 'start' ? decodeStart(value) : undefined;
    if (started) return answering(asker, start(started, asker, receipt));
    const button = decode(value);
    if (!button) return tell(asker, sayView('That button is not one of mine any more: diagnose again.'));
    const { incident, part, version } = button;
    if (verb === 'procedure') return answering(asker, fromCard(button, asker, receipt));
    if (verb === 'postmortem' || isLifeVerb(verb))
      return answering(asker, life.press(verb, button, value, asker, trigger_id));
    const dialog = dialogOf(verb, await store.incident(incident), part, value);
    if (dialog) return openDialog(dialog, trigger_id, asker);
    const decision = decisionOf(verb, part, version);
    if (!decision) return tell(asker, sayView('That button is not one of mine any more: diagnose again.'));
    return answering(asker, decideAs(incident, decision, asker, receipt));
  });

  app.shortcut({ type: 'shortcut', callback_id: /^(oncall|override|silence)$/ }, async ({ shortcut }) => {
    const asker = { user: shortcut.user.id };
    const { callback_id, trigger_id } = shortcut;
    if (callback_id === 'silence') return answering(asker, silence.dialog(asker, trigger_id));
    await answering(asker, callback_id === 'oncall' ? onCall.show(asker) : onCall.dialog(asker, trigger_id));
  });

  app.view(/./, async ({ body, context }) => {
    if (body.view.callback_id === OVERRIDE_DIALOG) {
      const asker = { user: body.user.id, channel: body.view.private_metadata || undefined };
      return answering(asker, onCall.submitted(body, asker, Receipt.parse(context).receipt));
    }
    if (body.view.callback_id === SILENCE_DIALOG) {
      const asker = { user: body.user.id, channel: body.view.private_metadata || undefined };
      return answering(asker, silence.submitted(body, asker, Receipt.parse(context).receipt));
    }
    if (isLifeDialog(body.view.callback_id)) {
      const asker = { user: body.user.id };
      return answering(asker, life.submitted(body, Receipt.parse(context).receipt));
    }
    const { user, view } = Submitted.parse(body);
    const button = decode(view.private_metadata);
    const typed = deps.diagnose.redact(view.state.values.reason.text.value?.trim() ?? '');
    const decision = button && submitted(view.callback_id, button, typed);
    if (!decision) return;
    const { incident } = button;
    const place = await deps.messages.find(`incident/${incident}`);
    const asker = { user: user.id, channel: place?.channel };
    await decideAs(incident, decision, asker, Receipt.parse(context).receipt);
  });

  return app;
}

async function whoWeAre(client: WebClient): Promise<AuthorizeResult> {
  const { bot_id: botId, user_id: botUserId } = await call('auth.test', client.auth.test());
  return { ...(botId === undefined ? {} : { botId }), ...(botUserId === undefined ? {} : { botUserId }) };
}
