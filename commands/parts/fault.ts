/** What kept an adapter from answering, for the checks to which just that is the finding. */

const FAULTS = [
  'not-configured',
  'unreachable',
  'refused',
  'forbidden',
  'timed-out',
  'not-found',
  'failed',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The fault of an adapter's error; undefined of anything else, which is a bug and no finding. */
export function faultOf(thrown: unknown): Fault | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'AdapterError' || !('fault' in thrown)) return undefined;
  return FAULTS.find((fault) => fault === thrown.fault);
}

export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);

export type Asked<Answer> =
  | { readonly answered: true; readonly answer: Answer }
  | { readonly answered: false; readonly fault: Fault; readonly message: string };

/** What was answered, or what kept the adapter from it. @throws whatever is no adapter's error */
export async function asked<Answer>(asking: Promise<Answer>): Promise<Asked<Answer>> {
  try {
    return { answered: true, answer: await asking };
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    return { answered: false, fault, message: messageOf(error) };
  }
}
