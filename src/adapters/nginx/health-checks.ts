/** Writes `max_fails` and `fail_timeout` of every upstream server of a configuration file; every other byte stays. */
import { serversOf } from './upstreams.ts';

export interface HealthChecks {
  readonly maxFails: number;
  readonly failTimeoutSeconds: number;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly by: string;
}

/** The new text; undefined when the file has no upstream server. */
export function withHealthChecks(text: string, { maxFails, failTimeoutSeconds }: HealthChecks) {
  const wanted: readonly (readonly [string, string])[] = [
    ['max_fails', `max_fails=${maxFails}`],
    ['fail_timeout', `fail_timeout=${failTimeoutSeconds}s`],
  ];
  const servers = serversOf(text);
  if (servers.length === 0) return undefined;
  const edits = servers.flatMap(({ words }): Edit[] => {
    const present = words.flatMap(({ value, start, end }): Edit[] => {
      const by = wanted.find(([name]) => value.startsWith(`${name}=`))?.[1];
      return by === undefined ? [] : [{ start, end, by }];
    });
    const added = wanted
      .map(([, by]) => by)
      .filter((by) => !present.some((edit) => edit.by === by))
      .map((by) => ` ${by}`)
      .join('');
    const last = words.at(-1)?.end ?? 0;
    return [...present, { start: last, end: last, by: added }];
  });
  return edits
    .toSorted((a, b) => b.end - a.end || b.start - a.start)
    .reduce((done, { start, end, by }) => done.slice(0, start) + by + done.slice(end), text);
}
