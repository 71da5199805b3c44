/** What the workspace keeps. Names follow Slack's objects where Slack shows them. */
import type { Fields } from './fields.ts';

export interface User {
  id: string;
  name: string;
  realName: string;
  role: string;
  isBot: boolean;
  isDeactivated?: boolean;
  /** Who sees only the channels that they were invited to. */
  isGuest?: boolean;
  /** Of the IANA database; UTC when absent. */
  timeZone?: string;
  /** The next time of do-not-disturb, in milliseconds since 1970. */
  quiet?: { from: number; to: number };
}

export interface UserGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
  isDisabled?: boolean;
}

export interface Channel {
  id: string;
  name: string;
  topic: string;
  kind: 'public' | 'private' | 'im' | 'mpim';
  members: string[];
  creator: string;
  /** Seconds since 1970. */
  created: number;
  isArchived: boolean;
  pins: { ts: string; by: string; created: number }[];
  bookmarks: Bookmark[];
}

export interface Bookmark {
  id: string;
  title: string;
  link: string;
  emoji?: string;
  type: string;
  created: number;
}

export interface Reaction {
  name: string;
  users: string[];
}

export interface Message {
  channel: string;
  ts: string;
  threadTs?: string;
  /** A reply that the channel shows too. */
  isBroadcast?: boolean;
  user: string;
  byBot: boolean;
  text: string;
  blocks: Fields[];
  metadata?: Fields;
  files?: Fields[];
  editedTs?: string;
  reactions: Reaction[];
  /** Seen by this user only, and never kept. */
  ephemeralFor?: string;
}

export interface View {
  id: string;
  /** Whom it is shown to. */
  user: string;
  type: 'modal' | 'home';
  /** As the app gave it, with ids filled in. */
  payload: Fields;
  blocks: Fields[];
  hash: string;
  rootId: string;
  previousId?: string;
  /** What has been chosen in it so far, by `block_id` and `action_id`. */
  chosen: FormState;
}

/** Slack's `state.values`. */
export type FormState = Record<string, Record<string, Fields>>;

export interface StoredFile {
  id: string;
  name: string;
  title: string;
  mimetype: string;
  user: string;
  created: number;
  /** Base64; absent until it was uploaded. */
  content?: string;
  channels: string[];
}
