/** Alerts that no route knows: what came, and what to do so that it leads somewhere. */
import type { Notice } from '../../engine/ports.ts';
import { context, section, type View } from './blocks.ts';
import { andMore, clip, clipLines, escaped, LIMIT, oneLine, plural } from './text.ts';

export function noticeView({ alerts, more }: Notice): View {
  const count = alerts.reduce((sum, alert) => sum + alert.count, 0);
  const lines = alerts.map(
    ({ name, why, count: times }) =>
      `• *${clip(oneLine(name), 80)}*${times === 1 ? '' : ` ×${times}`}: ${clip(oneLine(why), 200)}`,
  );
  const what = `No route for ${plural(count, 'alert')}${more > 0 ? ' and more' : ''}`;
  return {
    text: clip(
      escaped(
        `${what}: ${alerts.map(({ name }) => name.slice(0, 80)).join(', ')}: add one under alerts.routes`,
      ),
      LIMIT.fallback,
    ),
    blocks: [
      section(
        clipLines(
          [`🧭 *${what}*: nobody looks and nobody is paged.`, ...lines, ...(more > 0 ? [andMore(more)] : [])],
          LIMIT.section,
        ),
      ),
      context('Add a route under `alerts.routes` in paksa.yaml, or give the alert a label `paksa_topic`.'),
    ],
  };
}
