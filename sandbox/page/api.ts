/** What the page and the local workspace say to each other. Shared by both; everything else between them is private. */

export interface PageUser {
  id: string;
  /** Handle, without `@`. */
  name: string;
  realName: string;
  /** What they are in the story: `requester`, `approver`, `Level 1 · Development` … */
  role: string;
  isBot: boolean;
}

export interface PageChannel {
  id: string;
  name: string;
  topic: string;
  /** A direct message between the people named, the viewer among them. */
  isDirect: boolean;
  members: string[];
}

export interface PageMessage {
  channel: string;
  ts: string;
  /** Set on replies, and on a parent that has replies (then equal to `ts`). */
  threadTs?: string;
  replyCount?: number;
  /** A reply that is shown in the channel too. */
  isBroadcast?: true;
  user: string;
  text: string;
  /** Block Kit, as the sender gave it. */
  blocks: unknown[];
  edited: boolean;
  /** Seen by this user only, gone at reload. */
  ephemeralFor?: string;
  files?: { name: string; url: string }[];
  reactions?: { name: string; users: string[] }[];
}

export interface PageView {
  id: string;
  type: 'modal' | 'home';
  title: string;
  submit?: string;
  close: string;
  blocks: unknown[];
  /** Errors by `block_id`, after a refused submission. */
  errors?: Record<string, string>;
}

export interface PageCommand {
  command: string;
  description: string;
  usageHint: string;
  /** Complete lines to offer while typing, such as `/paksa diagnose ssl`. */
  completions: string[];
}

export interface PageGroup {
  id: string;
  handle: string;
  name: string;
  users: string[];
}

/** `GET /page/state?user=U…`: everything that this user can see. */
export interface PageState {
  team: string;
  me: string;
  users: PageUser[];
  groups: PageGroup[];
  channels: PageChannel[];
  messages: PageMessage[];
  commands: PageCommand[];
  /** Whether the bot is connected now. */
  botConnected: boolean;
}

/** `GET /page/events?user=U…`: server-sent events, each `data:` one of these as JSON. */
export type PageEvent =
  | { type: 'message'; message: PageMessage }
  | { type: 'message_deleted'; channel: string; ts: string }
  | { type: 'channel'; channel: PageChannel }
  | { type: 'view'; view: PageView }
  | { type: 'view_closed'; id: string }
  | { type: 'bot'; connected: boolean }
  | { type: 'stack'; stack: StackState }
  /** What Slack would show the person, such as `paksa did not respond in time`. */
  | { type: 'notice'; text: string };

/** `POST /page/send`: a message, or a slash command when it begins with `/`. Answers `{ ok } | { ok: false, error }`, as all below. */
export interface PageSend {
  user: string;
  channel: string;
  threadTs?: string;
  text: string;
}

/** `POST /page/act`: a click or a choice. `action` is the Block Kit element's payload: `{ type, action_id, block_id, value? , selected_option? … }`. */
export interface PageAct {
  user: string;
  channel?: string;
  messageTs?: string;
  viewId?: string;
  action: Record<string, unknown>;
}

/** `POST /page/view`: submit (with Slack's `state.values`) or close a modal. */
export interface PageViewSubmit {
  user: string;
  viewId: string;
  submit: boolean;
  values: Record<string, Record<string, unknown>>;
}

/** `GET /page/stack`, `POST /page/stack` `{ fault: id }` or `{ fault: 'mend' }`: the “break something” panel. */
export interface StackState {
  /** What the sandbox's TLS server is, for people. */
  title: string;
  address: string;
  /** One line of how it is now: `valid until …, issued by …`. */
  summary: string;
  healthy: boolean;
  faults: { id: string; title: string; explains: string; active: boolean }[];
}

export type PageAnswer = { ok: true } | { ok: false; error: string };
