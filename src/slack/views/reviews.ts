/** What was approved by breaking the glass, and nobody has looked at since. */
import type { KnownBlock } from '@slack/types';
import { type Incident, titleOfFix } from '../../incident/incident.ts';
import { owedReviews } from '../../incident/review.ts';
import { actions, button, divider, section } from './blocks.ts';
import { encode } from './button-value.ts';
import { clip, escaped, oneLine, person } from './text.ts';

const MOST = 3;

export const reviewBlocks = (incident: Incident): KnownBlock[] =>
  owedReviews(incident)
    .slice(0, MOST)
    .flatMap(({ fix, round, by, reason }) => [
      divider,
      section(
        `🔨 ${person(by)} broke the glass for *${clip(oneLine(titleOfFix(incident, fix)), 150)}*: ${clip(escaped(reason), 500)}\nSomebody else has to look at that.`,
      ),
      ...actions([
        button('Review…', `review:${fix}`, encode({ incident: incident.id, part: fix, version: round })),
      ]),
    ]);
