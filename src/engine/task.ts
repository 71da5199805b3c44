/** Work that outlives the process which asked for it. Ids and a version only: who does it reads the rest again. */
import type { AlertGroup } from '../incident/alert.ts';
import type { AttemptRef, Timer } from '../incident/event.ts';
import type { PageRef } from '../incident/incident.ts';
import type { StepRef } from '../incident/plan.ts';

export type Task =
  | { readonly task: 'diagnose'; readonly diagnosis: string }
  | { readonly task: 'survey'; readonly survey: string }
  | ({ readonly task: 'preview'; readonly incident: string } & AttemptRef)
  /** A fix or an undo: never run twice, whatever happens to who runs it. */
  | ({ readonly task: 'run'; readonly incident: string } & AttemptRef)
  | ({ readonly task: 'verify'; readonly incident: string } & AttemptRef)
  /** A procedure's step is looked at. */
  | ({ readonly task: 'look'; readonly incident: string } & StepRef)
  | { readonly task: 'timer'; readonly incident: string; readonly timer: Timer; readonly due: number }
  | { readonly task: 'page'; readonly incident: string; readonly page: PageRef }
  /** Whoever was paged outside Slack is told that somebody has answered. */
  | { readonly task: 'quiet'; readonly incident: string }
  /** What somebody answered where they were paged, made durable before it was acknowledged. */
  | { readonly task: 'reply'; readonly reply: string }
  /** The incident's own channel: made, joined, told, archived. */
  | { readonly task: 'room'; readonly incident: string }
  /** One page of a drill, by its place among the drill's. */
  | { readonly task: 'drill'; readonly drill: string; readonly page: number }
  | { readonly task: 'drill-end'; readonly drill: string }
  /** The ladders are looked at a day ahead; `due` is when. */
  | { readonly task: 'look-ahead'; readonly due: number }
  /** What has come of a group of alerts is worked on. */
  | ({ readonly task: 'alerts' } & AlertGroup)
  /** Brings what people see of a diagnosis or an incident up to date. */
  | { readonly task: 'publish'; readonly subject: Subject }
  /** A payload from Slack, made durable before it was acknowledged. */
  | { readonly task: 'receive'; readonly receipt: string };

export type TaskOf<Name extends Task['task']> = Extract<Task, { task: Name }>;

/** What a message is about. */
export type Subject =
  | `diagnosis/${string}`
  | `survey/${string}`
  | `incident/${string}`
  | `override/${string}`
  | `silence/${string}`
  | `drill/${string}`
  /** A level that will reach nobody. */
  | `reach/${string}`
  /** Alerts that no route knows. */
  | `notice/${string}`;
