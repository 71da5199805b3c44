/** What a pager is told by paksa.yaml, with the secrets that its variables hold. `name` is its key under `pagers`. */

/** How answers given at the provider come back. */
export interface ReplySettings {
  /** What they are signed with, or the token that they carry. */
  readonly secret: string;
  /** The address that the provider sends them to; absent where nobody has to be told. */
  readonly url?: string | undefined;
}

export interface PagerDutySettings {
  readonly kind: 'pagerduty';
  readonly name: string;
  /** Without a trailing slash: paths are added to it. */
  readonly url: string;
  readonly routingKey: string;
  readonly replies?: ReplySettings | undefined;
}

export interface OpsgenieSettings {
  readonly kind: 'opsgenie';
  readonly name: string;
  readonly url: string;
  readonly apiKey: string;
  /** The team that is called, where the key belongs to none. */
  readonly team?: string | undefined;
  readonly replies?: ReplySettings | undefined;
}

export interface TwilioSettings {
  readonly kind: 'twilio';
  readonly name: string;
  readonly url: string;
  readonly by: 'sms' | 'voice';
  readonly accountSid: string;
  /** An API key, whose secret `token` is then; absent, `token` is the account's. */
  readonly apiKey?: string | undefined;
  readonly token: string;
  /** A number in E.164 or, of an SMS, a messaging service (MG…). */
  readonly from: string;
  /** `secret` is the account's auth token. */
  readonly replies?: ReplySettings | undefined;
}

export interface EmailSettings {
  readonly kind: 'email';
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** `starttls` refuses a server that does not offer it. */
  readonly security: 'starttls' | 'tls' | 'none';
  /** A PEM file of authorities to trust beside the system's own. */
  readonly trust?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  readonly from: string;
}

export interface WebhookSettings {
  readonly kind: 'webhook';
  readonly name: string;
  /** As it is written: a slash more or less may be another address. */
  readonly url: string;
  /** Of its pages, and of what its receiver answers. */
  readonly secret: string;
}

export type PagerSettings =
  | PagerDutySettings
  | OpsgenieSettings
  | TwilioSettings
  | EmailSettings
  | WebhookSettings;

/** How a person is reached outside Slack. */
export interface Contact {
  readonly email?: string | undefined;
  /** In E.164. */
  readonly phone?: string | undefined;
}

/** By Slack's user id. */
export type People = ReadonlyMap<string, Contact>;

/** Which of a person's contacts a pager needs; undefined where it calls a service or an address. */
export const needOf = (settings: PagerSettings | undefined): 'email' | 'phone' | undefined =>
  settings?.kind === 'email' ? 'email' : settings?.kind === 'twilio' ? 'phone' : undefined;
