/** What a button carries: the incident, what part of it is meant, and a version. Nothing else, so that nothing else can be forged. */

/** `INC-1` `renew` `2`. The version is the round that was shown; for “escalate now”, the ladder's step. */
export interface ButtonValue {
  readonly incident: string;
  /** A fix, a procedure or one of its steps; empty for the incident itself. */
  readonly part: string;
  readonly version: number;
}

const VALUE = /^(INC-\d{1,12}):([a-z0-9-]{0,41}):(\d{1,9})$/;

export const encode = ({ incident, part, version }: ButtonValue): string => `${incident}:${part}:${version}`;

/** What is to be looked at: a topic, and where; without an environment it is asked for. */
export interface Look {
  readonly topic: string;
  readonly environment?: string;
}

export const encodeLook = ({ topic, environment }: Look): string =>
  environment === undefined ? topic : `${topic}@${environment}`;

export function decodeLook(value: string): Look {
  const [topic = '', environment] = value.split('@');
  return { topic, ...(environment === undefined ? {} : { environment }) };
}

/** What is to be started: a topic's procedure, or its emergency without one; and where, or it is asked for. */
export interface Start {
  readonly topic: string;
  readonly procedure?: string;
  readonly environment?: string;
}

export const encodeStart = ({ topic, procedure = '', environment = '' }: Start): string =>
  `${topic}/${procedure}@${environment}`;

const START = /^([a-z0-9-]{1,41})\/([a-z0-9-]{0,41})@(.*)$/;

/** Undefined when it is not one of Paksa's. */
export function decodeStart(value: string): Start | undefined {
  const [, topic, procedure, environment] = START.exec(value) ?? [];
  if (topic === undefined) return undefined;
  return { topic, ...(procedure ? { procedure } : {}), ...(environment ? { environment } : {}) };
}

/** Undefined when it is not one of Paksa's. */
export function decode(value: string): ButtonValue | undefined {
  const [, incident, part, version] = VALUE.exec(value) ?? [];
  if (incident === undefined || part === undefined) return undefined;
  return { incident, part, version: Number(version) };
}
