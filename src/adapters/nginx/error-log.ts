/** Lines of nginx's error log, told from the access log's that may stand between them. */

/** `2026/11/23 23:50:31 [error] 7#7: *1 connect() failed …`: local time of the machine, level, process and thread. */
const LINE =
  /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[(?:emerg|alert|crit|error|warn|notice|info|debug)\] \d+#\d+: /;

/** nginx itself cuts a message at 2048 (`NGX_MAX_ERROR_STR`). */
const MOST_CHARACTERS = 1_000;

export const isErrorLine = (text: string): boolean => LINE.test(text);

/** When a line of a file was written; `offsetMinutes` is how far the clock of its machine is east of UTC. Undefined for other lines. */
export function writtenAt(text: string, offsetMinutes: number): Date | undefined {
  const [, year, month, day, hour, minute, second] = (LINE.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined) return undefined;
  const local = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(local - offsetMinutes * 60_000);
}

/** What `date +%z` prints, such as `+0530`, in minutes; undefined for anything else. */
export function offsetOf(printed: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)\s*$/.exec(printed) ?? [];
  if (hours === undefined) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Without the query of any address: tokens and names of customers travel in it. */
export const presentable = (text: string): string =>
  text.replace(/((?:request|upstream|referrer): "[^"?]*\?)[^" ]*/g, '$1…').slice(0, MOST_CHARACTERS);
