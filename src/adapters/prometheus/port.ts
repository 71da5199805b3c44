/** What Paksa asks of Prometheus: instant queries. Reads only. */

export interface PrometheusSettings {
  /** Such as `http://prometheus:9090`. */
  readonly url: string;
}

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusProbe {
  /** An instant query's vector, at most 200 series. @throws AdapterError not-configured, unreachable, refused (a query that it cannot parse, with its words), timed-out */
  query(expression: string, signal: AbortSignal): Promise<readonly Series[]>;
}
