/** The incidents as they are without the database: the picture, and the entries since, one after the other. */
import type { Entry, EntryOf, Picture, Pictured, SpooledDelivery, SpooledMessage } from '../engine/alone.ts';
import { pageKey } from '../engine/escalate.ts';
import type { OwedPage, RecordedOverride } from '../engine/ports.ts';
import type { Incident } from '../incident/incident.ts';
import { transition } from '../incident/transition.ts';

export interface Memory {
  readonly installation: string;
  readonly replicas: readonly string[];
  readonly overrides: readonly RecordedOverride[];
  readonly silences: Picture['silences'];
  readonly incidents: ReadonlyMap<string, Incident>;
  /** As the database last had each. */
  readonly versions: ReadonlyMap<string, number>;
  readonly cards: ReadonlyMap<string, NonNullable<Pictured['card']>>;
  /** Pages of which nothing has come yet, by their keys. */
  readonly owed: ReadonlyMap<string, OwedPage>;
  /** Keys of pages that were owed when the database was last heard: somebody may have begun to send them. */
  readonly doubtful: ReadonlySet<string>;
  readonly causes: ReadonlySet<string>;
  readonly recipients: ReadonlyMap<string, string>;
  /** By `rowKey`. */
  readonly deliveries: ReadonlyMap<string, SpooledDelivery>;
  readonly messages: ReadonlyMap<string, SpooledMessage>;
  readonly answered: ReadonlySet<string>;
  /** Whom a service outside Slack has to be told of: answered without the database. */
  readonly unquieted: Set<string>;
  note(entry: Entry): void;
}

export const rowKey = (page: string, pager: string): string => `${pager}/${page}`;

export function recall(picture: Picture, entries: readonly Entry[]): Memory {
  const incidents = new Map(picture.incidents.map(({ incident }) => [incident.id, incident]));
  const owed = new Map(
    picture.incidents.flatMap(({ incident: { id }, owed: pages }) =>
      pages.map((page): [string, OwedPage] => [pageKey(id, page), { incident: id, page }]),
    ),
  );
  const recipients = new Map(picture.incidents.flatMap((each) => Object.entries(each.recipients)));
  const deliveries = new Map(
    picture.incidents.flatMap(({ deliveries: rows }) =>
      rows.map((row): [string, SpooledDelivery] => [
        rowKey(row.page, row.pager),
        { ...row, owedAt: picture.at, ...(row.state === 'begun' ? { begunAt: picture.at } : {}) },
      ]),
    ),
  );
  const doubtful = new Set(owed.keys());
  const causes = new Set<string>();
  const messages = new Map<string, SpooledMessage>();
  const answered = new Set<string>();
  const unquieted = new Set<string>();

  const happened = ({ incident: id, happening, cause }: EntryOf<'happened'>): void => {
    const incident = incidents.get(id);
    // The same code on the same incident comes to the same: only what happened is written down.
    const result = incident && transition(incident, happening);
    if (cause !== undefined) {
      causes.add(cause);
      owed.delete(cause);
    }
    if (!result?.moved) return;
    incidents.set(id, result.next);
    for (const effect of result.effects) {
      if (effect.do === 'page') owed.set(pageKey(id, effect.page), { incident: id, page: effect.page });
      if (effect.do === 'quiet') unquieted.add(id);
    }
  };
  const note = (entry: Entry): void => {
    if (entry.entry === 'happened') happened(entry);
    else if (entry.entry === 'delivery')
      deliveries.set(rowKey(entry.delivery.page, entry.delivery.pager), entry.delivery);
    else if (entry.entry === 'message') messages.set(entry.message.key, entry.message);
    else if (entry.entry === 'settled') recipients.set(entry.page, entry.user);
    else if (entry.entry === 'elsewhere') owed.delete(entry.page);
    else if (entry.entry === 'answered') answered.add(entry.receipt);
  };
  for (const entry of entries) note(entry);
  return {
    installation: picture.installation,
    replicas: picture.replicas,
    overrides: picture.overrides,
    silences: picture.silences,
    incidents,
    versions: new Map(picture.incidents.map(({ incident: { id, version } }) => [id, version])),
    cards: new Map(picture.incidents.flatMap(({ incident: { id }, card }) => (card ? [[id, card]] : []))),
    owed,
    doubtful,
    causes,
    recipients,
    deliveries,
    messages,
    answered,
    unquieted,
    note,
  };
}
