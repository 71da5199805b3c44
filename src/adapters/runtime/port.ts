/** What containers and pods have in common: replicas of a service, their logs, their use of the machine, a look from inside them. */
import type { Service } from '../exec/port.ts';

/** One container, or the service's container in one pod. */
export interface Replica {
  /** The container's or the pod's name. */
  readonly name: string;
  readonly image: string;
  /** `waiting` has not started (`why` says what it waits for); `restarting` ended and is about to be started again. */
  readonly state: 'running' | 'waiting' | 'restarting' | 'exited';
  /** Passes its health check or readiness probe; a running container without one counts as ready. */
  readonly ready: boolean;
  /** The platform's own word, such as `CrashLoopBackOff`, `ImagePullBackOff`, `unhealthy`. */
  readonly why?: string;
  readonly restarts: number;
  readonly startedAt?: Date;
  /** How it last ended, if it ever did; without code and reason where the platform has forgotten them. */
  readonly lastExit?: { readonly code?: number; readonly oomKilled?: boolean; readonly at?: Date };
  readonly limits: Limits;
}

/** Absent: no limit. */
export interface Limits {
  readonly memoryBytes?: number;
  /** Thousandths of a core. */
  readonly cpuMillicores?: number;
}

export interface Usage {
  readonly replica: string;
  /** Working set: without the page cache that can be given back. */
  readonly memoryBytes: number;
  readonly cpuMillicores: number;
  readonly limits: Limits;
  /** What the machine has to give, where Paksa may ask: of a replica without a limit, all that holds it back. */
  readonly machineBytes?: number;
  /** Whether the machine says that it is short of memory, and throws replicas out for it. */
  readonly machineIsShort?: boolean;
  /** Share of the CPU quota's periods in which it was held back, 0 to 1, over the time between two readings; absent where it cannot be read. */
  readonly throttled?: number;
  readonly source: 'docker' | 'metrics-api' | 'kubelet';
}

export interface LogLine {
  readonly replica: string;
  readonly at: Date;
  readonly text: string;
}

export interface LogTail {
  /** In time order, of all replicas together. */
  readonly lines: readonly LogLine[];
  /** Whether older lines of that time were left out, because there were too many. */
  readonly truncated: boolean;
}

export interface LogRequest {
  readonly sinceSeconds: number;
  /** Lines kept of each replica, the newest; 2000 when unset. */
  readonly maxLines?: number | undefined;
}

/** What may be said of an environment variable: never its value. */
export interface VariableFacts {
  readonly present: boolean;
  /** Characters. */
  readonly length: number;
  /** The same for the same value within one run of Paksa, and useless outside it. */
  readonly fingerprint: string;
  /** When it is an address, where it points. */
  readonly address?: ServerAddress;
}

/** A connection string without its password. */
export interface ServerPlace {
  /** A name, an address, or the absolute path of a folder with a socket. */
  readonly host: string;
  readonly port: number;
}

export interface ServerAddress extends ServerPlace {
  /** Such as `postgresql`. */
  readonly scheme: string;
  /** Where an address of PostgreSQL names several servers, those after the first: the first that will do is taken. */
  readonly others?: readonly ServerPlace[];
  readonly user: string;
  readonly database: string;
  readonly hasPassword: boolean;
  /** Of PostgreSQL, where the address says one, such as `require`. */
  readonly sslMode?: string;
}

export interface ReplicaVariables {
  readonly replica: string;
  readonly variables: Readonly<Record<string, VariableFacts>>;
}

export interface Disk {
  readonly replica: string;
  readonly mount: string;
  readonly sizeBytes: number;
  readonly availableBytes: number;
  /** Share of its inodes that are taken, 0 to 1: without one left, no file can be made. Absent where it has no such limit. */
  readonly inodesUsed?: number;
}

export interface Process {
  readonly replica: string;
  readonly pid: number;
  readonly user: string;
  /** Percent of one core, over a second. */
  readonly cpuPercent: number;
  /** Where nothing could read it twice: over its whole life, as `ps` counts it. */
  readonly isAverage?: boolean;
  readonly memoryBytes: number;
  /** The program and its arguments, at most 200 characters. */
  readonly command: string;
}

/** Whether one replica reaches an address, from inside. */
export interface Reach {
  readonly replica: string;
  readonly reached: boolean;
  /** What happened, for people: `connected in 2 ms`, `name does not resolve`, `connection refused`. */
  readonly detail: string;
}

/** The answer of a replica's own HTTP port, asked from inside it. */
export interface InsideAnswer {
  readonly replica: string;
  /** Absent when nothing answered; `detail` says why. */
  readonly status?: number;
  /** The first 500 characters of the body, or why there is none. */
  readonly detail: string;
}

/** 1-, 5- and 15-minute load average of the machine underneath, and its cores. */
export interface Load {
  readonly replica: string;
  readonly averages: readonly [number, number, number];
  readonly cores: number;
}

export interface ReplicaClock {
  readonly replica: string;
  /** Its clock minus ours. */
  readonly skewMs: number;
  readonly uncertaintyMs: number;
}

export interface OomKills {
  readonly replica: string;
  /** Processes in it that were killed for their memory since it began; absent where nothing in it can tell. */
  readonly kills?: number;
}

/** Every call: @throws AdapterError not-configured, unreachable, forbidden (naming the right), not-found (no such service), timed-out */
export interface RuntimeProbe {
  /** All there are, stopped ones too; empty when the service is scaled to nothing. */
  replicas(service: Service, signal: AbortSignal): Promise<readonly Replica[]>;
  /** Of the running ones. */
  usage(service: Service, signal: AbortSignal): Promise<readonly Usage[]>;
  logs(service: Service, request: LogRequest, signal: AbortSignal): Promise<LogTail>;
  /** As the running processes have them. */
  variables(
    service: Service,
    names: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly ReplicaVariables[]>;
  disks(service: Service, signal: AbortSignal): Promise<readonly Disk[]>;
  /** The busiest first, at most ten of each replica. */
  processes(service: Service, signal: AbortSignal): Promise<readonly Process[]>;
  load(service: Service, signal: AbortSignal): Promise<readonly Load[]>;
  /** Of each running replica, by its own clock. */
  clocks(service: Service, signal: AbortSignal): Promise<readonly ReplicaClock[]>;
  /** Inside each running replica, its first process or any other. */
  oomKills(service: Service, signal: AbortSignal): Promise<readonly OomKills[]>;
  /** A TCP connection from inside each running replica. */
  reach(service: Service, host: string, port: number, signal: AbortSignal): Promise<readonly Reach[]>;
  /** `pg_isready` inside each running replica of postgres: `reached` when it accepts connections. */
  pgIsReady(signal: AbortSignal): Promise<readonly Reach[]>;
  /** `GET http://127.0.0.1:port/path` from inside each running replica. */
  ask(service: Service, port: number, path: string, signal: AbortSignal): Promise<readonly InsideAnswer[]>;
}

/** Every call acts once. @throws AdapterError as a probe does */
export interface RuntimeActuator {
  /** Restarts every replica, stopped ones too, and waits until all are ready again. */
  restart(service: Service, signal: AbortSignal): Promise<void>;
  /** Sets those that are given and leaves the others; waits until the replicas run with them. */
  setLimits(service: Service, limits: Limits, signal: AbortSignal): Promise<void>;
}
