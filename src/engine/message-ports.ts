/** What people see in Slack, as it is written down: messages, and the channels that incidents have of their own. */

/** A message that people see, held by one process at a time. */
export interface HeldMessage {
  /** Written into the message's metadata in Slack, so that it is found again when the answer to posting it was lost. */
  readonly id: string;
  /** `sending`: whoever held it before died, or got no answer. Look before posting. */
  readonly state: 'owed' | 'sending' | 'sent' | 'failed';
  readonly channel: string;
  /** Slack's time stamp, once it is there. */
  readonly ts?: string;
  /** What was last shown, to leave out updates that change nothing. */
  readonly content?: string;
  markSending(): Promise<void>;
  markSent(ts: string, content: string): Promise<void>;
  markFailed(): Promise<void>;
}

export interface Messages {
  /** Makes the message of this key, owed to this channel, unless there is one. */
  reserve(key: string, channel: string): Promise<void>;
  /** Holds the message of this key; undefined, without any work, when it is not there or has become another's. */
  hold<Result>(key: string, work: (message: HeldMessage) => Promise<Result>): Promise<Result | undefined>;
  /** The messages whose keys begin so, whether they stand in Slack (`sent`) or were only begun. */
  begun(prefix: string): Promise<ReadonlyMap<string, HeldMessage['state']>>;
  /** Where a message is, without holding it. */
  find(key: string): Promise<{ readonly channel: string; readonly ts: string } | undefined>;
  /** The key of the message that stands there. */
  at(channel: string, ts: string): Promise<string | undefined>;
}

/** A channel that an incident is to have, held by one process at a time. */
export interface HeldRoom {
  /** `creating`: whoever held it before died, or got no answer. Look before creating. */
  readonly state: 'owed' | 'creating' | 'open';
  /** The name that was last tried. */
  readonly name?: string;
  /** When, epoch milliseconds. */
  readonly begunAt?: number;
  readonly channel?: string;
  /** Whoever was invited, or could not be: nobody is asked twice. */
  readonly invited: readonly string[];
  markCreating(name: string): Promise<void>;
  /** Slack refused: no channel of that name was made. */
  markRefused(): Promise<void>;
  markOpen(channel: string): Promise<void>;
  markInvited(user: string): Promise<void>;
}

export interface Rooms {
  /** Holds the incident's channel of this number, made if need be. */
  hold<Result>(incident: string, number: number, work: (room: HeldRoom) => Promise<Result>): Promise<Result>;
}
