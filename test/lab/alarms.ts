/** Which problems are false alarms: those of topics that a fault is none of, and of none when nothing is broken. */
import type { Survey } from '../../src/engine/ports.ts';
import type { Fault } from './fault.ts';

/** They measure the machine itself, which here runs the tests as well: its load is no fault of the system. */
export const OF_THE_MACHINE: ReadonlySet<string> = new Set(['high-cpu/container-load', 'high-cpu/pod-load']);

export interface AlarmOptions {
  /** Topics in which a problem is no alarm. */
  readonly isExpected?: (topic: string) => boolean;
  /** Which checks: those of the system when unset. */
  readonly of?: 'system' | 'machine';
}

/** What is wrong when nothing was broken: each line a false alarm. */
export const alarmsOf = (
  survey: Survey,
  { isExpected = () => false, of = 'system' }: AlarmOptions = {},
): string[] =>
  survey.topics
    .filter(({ topic }) => !isExpected(topic))
    .flatMap(({ topic, findings }) =>
      findings
        .filter(({ status }) => status === 'problem')
        .map(({ check, summary }) => ({ id: `${topic}/${check}`, summary })),
    )
    .filter(({ id }) => OF_THE_MACHINE.has(id) === (of === 'machine'))
    .map(({ id, summary }) => `${id}: ${summary}`);

/** What could not be looked at. */
export const unknownOf = ({ topics }: Survey): string[] =>
  topics.flatMap(({ topic, findings }) =>
    findings
      .filter(({ status }) => status === 'inconclusive')
      .map(({ check, summary }) => `${topic}/${check}: ${summary}`),
  );

/** How a fault shows in other topics, where it is expected to; and those where it was said to show, and did not. */
export function consequencesOf<Stack>(
  survey: Survey,
  { topic, alsoIn = [] }: Fault<Stack>,
  isExpected: (topic: string) => boolean,
): { readonly consequences: readonly string[]; readonly unseenIn: readonly string[] } {
  const consequences = alarmsOf(survey, { isExpected: (other) => other === topic || !isExpected(other) });
  return {
    consequences,
    unseenIn: alsoIn.filter((other) => !consequences.some((line) => line.startsWith(`${other}/`))),
  };
}

/** Whether nothing is wrong there but with the machine. */
export const isOfTheMachine = ({ topics }: Survey, topic: string): boolean =>
  topics
    .filter((each) => each.topic === topic)
    .flatMap(({ findings }) => findings)
    .every(({ check, status }) => status !== 'problem' || OF_THE_MACHINE.has(`${topic}/${check}`));

/** The topic itself, what it explains, and what those explain in turn. */
export function expectedIn<Stack>(
  { topic, alsoIn = [] }: Fault<Stack>,
  topics: ReadonlyMap<string, { readonly explains?: readonly string[] }>,
): (topic: string) => boolean {
  const expected = new Set<string>(alsoIn);
  const follow = (from: string) => {
    if (expected.has(from)) return;
    expected.add(from);
    for (const next of topics.get(from)?.explains ?? []) follow(next);
  };
  follow(topic);
  return (other) => expected.has(other);
}
