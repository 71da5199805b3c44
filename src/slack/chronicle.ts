/** A postmortem of an incident, drawn from its log as the thread tells it; with people's names, where Slack has been asked. */
import { pageKeys, pageOf } from '../engine/escalate.ts';
import type { Store } from '../engine/ports.ts';
import { UserError } from '../errors.ts';
import { postmortem } from '../incident/postmortem.ts';
import { markdownOf } from './views/markdown.ts';
import { toldWhole } from './views/timeline.ts';

export interface Drawn {
  /** Another one once something has happened. */
  readonly mark: string;
  readonly markdown: string;
}

const MACHINES: Readonly<Record<string, string>> = {
  paksa: 'Paksa',
  alertmanager: 'Alertmanager',
  grafana: 'Grafana',
  generic: 'an alert',
};

/** `names`: what ids stand for; one that is not among them is shown as it is. @throws UserError when there is no such incident */
export async function drawPostmortem(
  { store, redact }: { readonly store: Store; readonly redact: (text: string) => string },
  id: string,
  names: (ids: readonly string[]) => Promise<ReadonlyMap<string, string>> = async () => new Map(),
): Promise<Drawn> {
  const incident = await store.incident(id);
  if (!incident) throw new UserError(`There is no incident ${id}.`);
  const [log, tries] = await Promise.all([store.log(id), store.tries(pageKeys(id))]);
  const known = await names(idsIn(JSON.stringify([incident, log, tries])));
  const named = (actor: string): string =>
    known.get(actor) ??
    MACHINES[actor] ??
    (actor.startsWith('cli:') ? `${actor.slice(4)} (terminal)` : actor);
  const markdown = postmortem(
    incident,
    log.map(({ happening }) => happening),
    {
      tell: (index) => {
        const entry = log[index];
        return entry ? markdownOf(toldWhole(incident, entry), named) : [];
      },
      person: named,
      responder: (ref) => {
        const [kind = '', name = ''] = ref.split('/');
        return kind === 'user' ? named(name) : `${kind} ${named(name)}`;
      },
    },
    tries.map((each) => ({ ...each, page: pageOf(id, each.page) })),
  );
  return { mark: `${incident.version}.${tries.length}`, markdown: redact(markdown) };
}

/** Users' ids, wherever they stand. */
const idsIn = (text: string): readonly string[] => [...new Set(text.match(/\b[UW][A-Z0-9]{7,}\b/g) ?? [])];
