/** An entry of the audit log, and what it says in a line. */

export interface AuditEntry {
  readonly seq: number;
  /** Epoch milliseconds. */
  readonly at: number;
  /** As in a happening. */
  readonly actor: string;
  readonly incident?: string;
  /** Of the event; `silence-made`, `override-ended` and the like of what is no incident's. */
  readonly type: string;
  /** The rest of the event, or of the row. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Each has its say in this order. Text from outside is among it. */
const SAYS: readonly [name: string, say: (value: string) => string][] = [
  ['fix', (fix) => fix],
  ['round', (round) => (round === '1' ? '' : `round ${round}`)],
  ['step', (step) => `step ${step}`],
  ['to', (user) => `to ${user}`],
  ['into', (other) => `into ${other}`],
  ['schedule', (schedule) => schedule],
  ['user_id', (user) => user],
  ['topic', (topic) => topic],
  ['environment', (environment) => `in ${environment}`],
  ['starts_at', (moment) => `from ${moment}`],
  ['ends_at', (moment) => `to ${moment}`],
  ['what', (what) => what],
  ['passed', (passed) => (passed === 'true' ? 'it has helped' : 'it has not helped')],
  ['breakGlass', (reason) => `by breaking the glass: ${reason}`],
  ['remark', (remark) => remark],
  ['text', (text) => text],
  ['reason', (reason) => reason],
  ['why', (why) => why],
  ['outcome', (outcome) => outcome],
];

/** `approved, renew, round 2`. */
export function auditLine({ type, detail }: AuditEntry): string {
  const said = SAYS.map(([name, say]) => {
    const value = detail[name];
    return value === undefined || value === null || typeof value === 'object' ? '' : say(String(value));
  });
  const { preview, until } = detail;
  const more = [
    ...(isSummed(preview) ? [preview.summary] : []),
    ...(typeof until === 'number' ? [`until ${new Date(until).toISOString()}`] : []),
  ];
  return [type.replaceAll('-', ' '), ...said, ...more]
    .filter((words) => words !== '')
    .join(', ')
    .replace(/\s+/g, ' ');
}

const isSummed = (preview: unknown): preview is { readonly summary: string } =>
  typeof preview === 'object' &&
  preview !== null &&
  'summary' in preview &&
  typeof preview.summary === 'string';
