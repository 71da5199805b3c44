/** What somebody typed after `/paksa oncall` and `/paksa override`. Moments are read later: they depend on the schedule's zone. */

export type OnCallCommand =
  | { readonly command: 'oncall'; readonly schedule?: string }
  /** `user`: whom they mentioned. `moments`: what follows, in lower case. */
  | {
      readonly command: 'override';
      readonly schedule?: string;
      readonly user?: string;
      readonly moments: readonly string[];
    };

const MENTION = /<@([UW][A-Z0-9]+)(?:\|[^>]*)?>/g;

/** A Slack user's id typed as it is, for a terminal. */
const USER = /^[uw][a-z0-9]{6,}$/;

/** Whom a text mentions first, and the text without mentions. */
export function takeMention(text: string): { readonly user?: string; readonly rest: string } {
  const [, user] = text.matchAll(MENTION).next().value ?? [];
  return { ...(user === undefined ? {} : { user }), rest: text.replace(MENTION, ' ') };
}

export const parseOnCall = ([schedule]: readonly string[]): OnCallCommand => ({
  command: 'oncall',
  ...(schedule === undefined ? {} : { schedule }),
});

export function parseOverride([schedule, ...rest]: readonly string[], mentioned?: string): OnCallCommand {
  const [first = ''] = rest;
  const isId = mentioned === undefined && USER.test(first) && /\d/.test(first);
  const user = isId ? first.toUpperCase() : mentioned;
  return {
    command: 'override',
    ...(schedule === undefined ? {} : { schedule }),
    ...(user === undefined ? {} : { user }),
    moments: isId ? rest.slice(1) : rest,
  };
}
