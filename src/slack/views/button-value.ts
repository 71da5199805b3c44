/** What a button carries: the incident, the fix and a version. Nothing else, so that nothing else can be forged. */

/** `INC-1` `renew` `2`. The version is the attempt's round; for “escalate now”, the ladder's step. */
export interface ButtonValue {
  readonly incident: string;
  readonly fix: string;
  readonly version: number;
}

const VALUE = /^(INC-\d{1,12}):([a-z0-9-]{0,41}):(\d{1,9})$/;

export const encode = ({ incident, fix, version }: ButtonValue): string => `${incident}:${fix}:${version}`;

/** Undefined when it is not one of Paksa's. */
export function decode(value: string): ButtonValue | undefined {
  const [, incident, fix, version] = VALUE.exec(value) ?? [];
  if (incident === undefined || fix === undefined) return undefined;
  return { incident, fix, version: Number(version) };
}
