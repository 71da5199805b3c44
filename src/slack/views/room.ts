/** How much an incident's card tells. Slack refuses a message that is too long, and nobody sees one that it refuses. */

export interface Room {
  /** Characters for the problems, for the evidence of the first of them, and for the other findings. */
  readonly problems: number;
  readonly evidence: number;
  readonly others: number;
  /** Characters for the alerts. */
  readonly alerts: number;
  /** How many attempts are shown; those that need somebody come first. */
  readonly attempts: number;
  /** How many changes of a preview are shown, ten at most, and how long each of their values is. */
  readonly changes: number;
  readonly value: number;
  /** Characters of a summary, an outcome, a reason or the notes. */
  readonly prose: number;
  /** How many fixes can be asked for. */
  readonly fixes: number;
  /** Of a procedure: how many steps are listed, characters for each, and whether it says when. */
  readonly steps: number;
  readonly step: number;
  readonly times: boolean;
  /** Characters for the instructions of the step it is at, and for what was seen. */
  readonly instructions: number;
}

export const AMPLE: Room = {
  problems: 2800,
  evidence: 1500,
  others: 2000,
  alerts: 1800,
  attempts: 5,
  changes: 10,
  value: 300,
  prose: 600,
  fixes: 25,
  steps: 20,
  step: 150,
  times: true,
  instructions: 1500,
};

/** Whatever is put into it, a card drawn with this is short enough for Slack. */
export const TIGHT: Room = {
  problems: 900,
  evidence: 300,
  others: 400,
  alerts: 500,
  attempts: 3,
  changes: 6,
  value: 60,
  prose: 150,
  fixes: 8,
  steps: 12,
  step: 60,
  times: false,
  instructions: 600,
};

const MOST_TEXT = 12_000;
const MOST_BLOCKS = 50;

/** Slack documents no limit for all the text of a message; it refuses at about 13,200 characters. */
export const fits = (blocks: readonly unknown[]): boolean =>
  blocks.length <= MOST_BLOCKS && textIn(blocks) <= MOST_TEXT;

function textIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (key === 'text' && typeof item === 'string' ? [...item].length : textIn(item)),
    0,
  );
}
