/** The store and the messages of a replica that reaches the database: what it commits and posts is in its picture at once, not only in the next one. */
import type { Picture, Pictured } from '../engine/alone.ts';
import { pageKey } from '../engine/escalate.ts';
import type { Messages, Store } from '../engine/ports.ts';
import type { Effect, Happening } from '../incident/event.ts';
import type { Incident } from '../incident/incident.ts';

interface Saved {
  readonly incident: Incident;
  readonly happening: Happening;
  readonly effects: readonly Effect[];
}

type Card = NonNullable<Pictured['card']>;

/** How many of the latest messages' places are known by heart. */
const MOST_PLACES = 1_000;

/** `update`: changes the picture, if there is one. */
export function createRemembering(update: (change: (picture: Picture) => Picture) => void) {
  const places = new Map<string, Card>();
  const place = (key: string, at: Card): void => {
    places.delete(key);
    places.set(key, at);
    const [oldest] = places.keys();
    if (oldest !== undefined && places.size > MOST_PLACES) places.delete(oldest);
  };
  const store = (real: Store): Store => ({
    ...real,
    transact: async (work) => {
      const saved: Saved[] = [];
      const handed: (readonly [from: string, to: string])[] = [];
      const result = await real.transact((tx) =>
        work({
          ...tx,
          save: async (incident, happening, effects, cause) => {
            await tx.save(incident, happening, effects, cause);
            saved.push({ incident, happening, effects });
          },
          handOver: async (from, to) => {
            await tx.handOver(from, to);
            handed.push([from, to]);
          },
        }),
      );
      for (const [from, to] of handed) {
        const at = places.get(from);
        if (at) place(to, at);
      }
      if (saved.length > 0)
        update((picture) =>
          saved.reduce(
            (known, each) => withSaved(known, each, places.get(`incident/${each.incident.id}`)),
            picture,
          ),
        );
      return result;
    },
  });
  const messages = (real: Messages): Messages => ({
    ...real,
    hold: (key, work) =>
      real.hold(key, (message) =>
        work({
          ...message,
          markSent: async (ts, content) => {
            const at = { channel: message.channel, ts };
            place(key, at);
            update((picture) => withCard(picture, key, at));
            await message.markSent(ts, content);
          },
        }),
      ),
  });
  return { store, messages };
}

const withCard = (picture: Picture, key: string, card: Card): Picture => ({
  ...picture,
  incidents: picture.incidents.map((each) =>
    key === `incident/${each.incident.id}` && each.card === undefined ? { ...each, card } : each,
  ),
});

function withSaved(
  picture: Picture,
  { incident, happening, effects }: Saved,
  card: Card | undefined,
): Picture {
  const { id } = incident;
  const before = picture.incidents.find((each) => each.incident.id === id);
  // Two commits may be told of in the other order.
  if (before && before.incident.version >= incident.version) return picture;
  const others = picture.incidents.filter((each) => each !== before);
  if (incident.status === 'resolved') return { ...picture, incidents: others };
  const decided = effects.flatMap((effect) => (effect.do === 'page' ? [effect.page] : []));
  const over = 'page' in happening ? pageKey(id, happening.page) : undefined;
  const known: Pictured = before ?? { incident, owed: [], deliveries: [], recipients: {} };
  const owed = [...known.owed.filter((page) => pageKey(id, page) !== over), ...decided];
  const at = known.card ?? card;
  return {
    ...picture,
    incidents: [...others, { ...known, incident, owed, isHearsay: true, ...(at ? { card: at } : {}) }],
  };
}
