/** Silences as they are kept: who made each and who ended it. */
import type { Silence } from '../policy/silence.ts';

/** A silence with who made it; of one that was ended early, `to` is when. */
export interface RecordedSilence extends Silence {
  readonly environment: string;
  /** Absent: every topic. */
  readonly topic?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly madeAt: number;
  /** Whether it counts: one that would silence what is open waits for somebody to say so. */
  readonly isConfirmed: boolean;
  /** Who ended it early. */
  readonly endedBy?: string;
}

export interface Silences {
  /** Until the end of the transaction nobody makes or ends one: for who opens an incident by them. */
  holdStill(): Promise<void>;
  /** Until the end of the transaction nobody opens an incident: for who makes or ends one. */
  holdOpenings(): Promise<void>;
  /** Those in force at an instant or later, in the order in which they begin; of every environment when none is named. */
  since(since: number, environment?: string): Promise<readonly RecordedSilence[]>;
  find(id: string): Promise<RecordedSilence | undefined>;
  /** One cause makes one: asked again, it is the one that was made. */
  make(
    silence: Pick<
      RecordedSilence,
      'environment' | 'labels' | 'from' | 'to' | 'reason' | 'madeBy' | 'isConfirmed'
    > & {
      readonly topic?: string | undefined;
    },
    cause: string,
  ): Promise<RecordedSilence>;
  /** Undefined when it counts already. */
  confirm(id: string): Promise<RecordedSilence | undefined>;
  /** Undefined when it is over already. */
  end(id: string, by: string): Promise<RecordedSilence | undefined>;
}
