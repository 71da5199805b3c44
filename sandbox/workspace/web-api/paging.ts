/** Slack's cursors: where the next page begins, opaque to the app. */
import { SlackError } from '../slack-error.ts';

export interface PageArguments {
  limit: number;
  cursor?: string | undefined;
}

/** @throws SlackError `invalid_cursor` */
export function page<Item>(all: readonly Item[], { limit, cursor }: PageArguments) {
  const start =
    cursor === undefined
      ? 0
      : Number(
          Buffer.from(cursor, 'base64url')
            .toString()
            .replace(/^next:/, ''),
        );
  if (!Number.isInteger(start) || start < 0) throw new SlackError('invalid_cursor');
  const items = all.slice(start, start + limit);
  const next = start + limit < all.length ? Buffer.from(`next:${start + limit}`).toString('base64url') : '';
  return { items, hasMore: next !== '', response_metadata: { next_cursor: next } };
}
