/** Silences as people ask for them: typed, by a shortcut, by a button, in the dialog. */
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import { environmentOf, runbookOf } from '../engine/lookup.ts';
import {
  confirmSilence,
  endSilence,
  makeSilence,
  type SilenceDeps,
  type Silenced,
  type SilenceRequest,
  whatIsSilenced,
} from '../engine/silence.ts';
import { UserError } from '../errors.ts';
import { periodOf } from '../policy/moment.ts';
import { namedIn, realmIn } from '../policy/realm.ts';
import type { AskedSilence } from '../policy/silence-words.ts';
import type { Asker, Tell } from './answer.ts';
import { actorOf } from './authorize.ts';
import type { createOpenDialog } from './dialogs.ts';
import { parseSilence, type SilenceCommand } from './parse-silence.ts';
import { refusalView } from './views/reply.ts';
import { silencedView, silencesView, unsureView } from './views/silence.ts';
import { EVERY_TOPIC, silenceModal, UNTIL } from './views/silence-modal.ts';
import { clip } from './views/text.ts';

export interface SilenceHandlerDeps {
  readonly client: WebClient;
  readonly silencing: SilenceDeps;
  /** On whose clock `until 18:00` is read. */
  readonly timeZone: string;
  readonly redact: (text: string) => string;
  readonly openDialog: ReturnType<typeof createOpenDialog>;
  readonly tell: Tell;
}

const picked = z.object({ chosen: z.object({ selected_option: z.object({ value: z.string() }) }) });
const typed = z.object({ text: z.object({ value: z.string().nullish() }) });
/** The part of the dialog's submission that is read; moments in seconds. */
const SilenceSubmitted = z.object({
  view: z.object({
    state: z.object({
      values: z.object({
        environment: picked,
        topic: picked,
        length: picked,
        to: z.object({ chosen: z.object({ selected_date_time: z.int().nullish() }) }),
        reason: typed,
        labels: typed,
      }),
    }),
  }),
});

export const HOW_TO_SILENCE =
  'Type it so: `/paksa silence ssl for 2h because the certificate is replaced`, with `all` for every topic, `until 18:00`, `--env NAME`, or labels such as `team=billing`.';

export function createSilenceHandlers(deps: SilenceHandlerDeps) {
  const { client, silencing, timeZone, redact, openDialog, tell } = deps;
  const { estate, store, topics } = silencing;

  const actorIn = (user: string, environment: string) =>
    actorOf(client, silencing, user, namedIn(realmIn(estate, environment)));

  const say = (asker: Asker, silenced: Silenced): Promise<void> => {
    if (silenced.done) return tell(asker, silencedView(silenced.silence));
    return tell(asker, silenced.unsure ? unsureView(silenced.unsure, silenced.open) : refusalView(silenced));
  };

  const make = async (asker: Asker, wanted: Omit<SilenceRequest, 'by'>): Promise<void> => {
    const environment = environmentOf(estate, wanted.environment);
    const by = await actorIn(asker.user, environment);
    await say(asker, await makeSilence(silencing, { ...wanted, reason: redact(wanted.reason), by }));
  };

  const dialog = async (asker: Asker, trigger: string | undefined, asked?: AskedSilence, to?: number) => {
    if (trigger === undefined) throw new UserError(HOW_TO_SILENCE);
    const { channel } = asker;
    const labels = Object.entries(asked?.labels ?? {}).map(([label, value]) => `${label}=${value}`);
    const view = silenceModal({
      environments: estate.environments,
      topics: [...topics.keys()],
      environment: asked?.environment,
      topic: asked?.topic,
      labels: labels.join(' '),
      to,
      reason: asked?.reason,
      longestMs: silencing.longestMs,
      channel,
    });
    await openDialog(view, trigger, asker);
  };

  /** Of a silence that is known by its id: those who may touch it are those of its environment. */
  const actorFor = async (user: string, id: string) => {
    const found = /^\d{1,18}$/.test(id) ? await store.transact((tx) => tx.silences.find(id)) : undefined;
    const isThere = found !== undefined && estate.environments.includes(found.environment);
    return isThere ? actorIn(user, found.environment) : { id: user, groups: [] };
  };

  const end = async (asker: Asker, id: string): Promise<void> =>
    say(asker, await endSilence(silencing, id, await actorFor(asker.user, id)));

  /** What is missing, the dialog asks for. @throws UserError on an unknown topic or environment, or a word that is no moment */
  const typedIn = async (
    asked: AskedSilence,
    asker: Asker,
    receipt: string,
    trigger?: string,
  ): Promise<void> => {
    const { topic: named, environment: place, labels, moments, reason, unknown } = asked;
    if (unknown !== undefined) throw new UserError(`I do not understand “${unknown}”. ${HOW_TO_SILENCE}`);
    const topic = named === undefined || named === EVERY_TOPIC ? undefined : runbookOf(topics, named).topic;
    const environment = place === undefined ? undefined : environmentOf(estate, place);
    const now = await store.transact(async (tx) => tx.now);
    const period = periodOf(moments, timeZone, now);
    if (period.unknown !== undefined)
      throw new UserError(`“${clip(period.unknown, 40)}” is no moment. ${HOW_TO_SILENCE}`);
    const { from, to } = period;
    const isClear = environment !== undefined || estate.environments.length === 1;
    const isAbout = named !== undefined || Object.keys(labels).length > 0;
    if (to === undefined || reason === undefined || !isClear || !isAbout)
      return dialog(asker, trigger, asked, to);
    const where = environmentOf(estate, environment);
    await make(asker, { environment: where, topic, labels, from, to, reason, cause: receipt });
  };

  return {
    dialog: (asker: Asker, trigger: string | undefined) => dialog(asker, trigger),

    carryOut: async (command: SilenceCommand, asker: Asker, receipt: string, trigger?: string) => {
      if (command.command === 'silences') return tell(asker, silencesView(await whatIsSilenced(silencing)));
      if (command.command === 'unsilence') return end(asker, command.id);
      return typedIn(command, asker, receipt, trigger);
    },

    submitted: async (body: unknown, asker: Asker, receipt: string): Promise<void> => {
      const { values } = SilenceSubmitted.parse(body).view.state;
      const { environment, topic, length, to, reason, labels } = values;
      const about = topic.chosen.selected_option.value;
      const asked = parseSilence(labels.text.value ?? '');
      if (asked.topic !== undefined || asked.unknown !== undefined)
        throw new UserError('Labels are written so: `team=billing instance=db-1`.');
      const chosen = length.chosen.selected_option.value;
      const seconds = to.chosen.selected_date_time ?? undefined;
      const now = await store.transact(async (tx) => tx.now);
      const until =
        chosen === UNTIL
          ? seconds === undefined
            ? undefined
            : seconds * 1000
          : periodOf(['for', chosen], timeZone, now).to;
      if (until === undefined) throw new UserError('Until when? Choose a length, or give the time.');
      await make(asker, {
        environment: environment.chosen.selected_option.value,
        topic: about === EVERY_TOPIC ? undefined : about,
        labels: asked.labels,
        to: until,
        reason: reason.text.value ?? '',
        cause: receipt,
      });
    },

    /** A button: a new one, one that is meant, or the end of one. `value` is a silence's id. */
    press: async (what: string | undefined, value: string, asker: Asker, trigger: string): Promise<void> => {
      if (what === 'new') return dialog(asker, trigger);
      if (what === 'sure')
        return say(asker, await confirmSilence(silencing, value, await actorFor(asker.user, value)));
      await end(asker, value);
    },
  };
}
