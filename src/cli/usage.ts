/** What the terminal understands, and how it ends. */

export const EXIT = { healthy: 0, problem: 1, inconclusive: 2, usage: 64 } as const;

export const USAGE = `Paksa in a terminal: the same engine, for the day Slack is down.

  paksa topics [--json | --markdown]     what can be diagnosed
  paksa diagnose <topic> [--json]        look, and say what is wrong; changes nothing
  paksa diagnose all [--json]            every topic at once, worst first, and what probably causes what
  paksa fix <topic> <fix> [--yes] [--break-glass <why>]
                                         show what a fix would change, ask, run it once, verify it
  paksa emergency                        the emergencies that can be declared
  paksa emergency <topic> [--yes]        its steps and how far they are; declare it, and go through it here
  paksa procedure <topic> <procedure>    the same for what is no emergency
  paksa oncall [schedule]                who is on call, until when, who is next, and when nobody is
  paksa override <schedule> <user> [from] [to]
                                         put somebody on call: from now until the hand-over, when left out
  paksa override <schedule> end          end the override that is in force
  paksa silence <topic|all> [label=value …] for 2h because …
                                         page nobody for a while; or until 18:00, until 2026-12-24 18:00
  paksa silences                         what is silenced, and what is coming
  paksa unsilence <number>               end a silence
  paksa incident <INC-1>                 where it stands
  paksa incident <INC-1> ack | snooze 1h | assign U… | note … | resolve | reopen … | merge INC-2 | escalate
  paksa postmortem <INC-1>               a draft in Markdown, with the facts filled in
  paksa ladder check [environment]       whom each level reaches, now and within 14 days; wakes nobody
  paksa ladder drill [environment] [--level <n>] [--yes]
                                         wake them with pages that say so, and measure each
  paksa audit [words]                    what was asked for, decided and done, the latest first: of INC-12, by U…, with a word
  paksa audit verify [number:hash]       whether anybody has touched that since
  paksa audit export                     all of it as JSON lines
  paksa config check                     everything that is wrong with the configuration

  --env <name>                           an environment of paksa.yaml; the first one when left out

Exit: 0 healthy or done, 1 problem, 2 inconclusive, 64 wrong usage.
`;
