/** What a check ends as. A check that could not look is `inconclusive`, never healthy. */

export type FindingStatus = 'healthy' | 'problem' | 'inconclusive';
export type Severity = 'warning' | 'critical';

/** Facts behind a finding, for people: short keys, values without secrets. */
export type Evidence = Readonly<Record<string, string | number | boolean | readonly string[]>>;

export interface Verdict {
  readonly status: FindingStatus;
  /** One line, without the check's name. */
  readonly summary: string;
  readonly evidence: Evidence;
  /** Ids of this runbook's fixes, the best first. */
  readonly suggests: readonly string[];
  /** Only of a problem. */
  readonly severity?: Severity;
}

/** A verdict with the check that came to it. */
export interface Finding extends Verdict {
  readonly check: string;
  readonly title: string;
}

export const healthy = (summary: string, evidence: Evidence = {}): Verdict => ({
  status: 'healthy',
  summary,
  evidence,
  suggests: [],
});

export const problem = (
  summary: string,
  detail: { evidence?: Evidence; suggests?: readonly string[]; severity?: Severity } = {},
): Verdict => ({
  status: 'problem',
  summary,
  evidence: detail.evidence ?? {},
  suggests: detail.suggests ?? [],
  severity: detail.severity ?? 'critical',
});

export const inconclusive = (summary: string, evidence: Evidence = {}): Verdict => ({
  status: 'inconclusive',
  summary,
  evidence,
  suggests: [],
});

/** One word for many findings: any problem is a problem; nothing looked at is not health. */
export function overall(findings: readonly Pick<Finding, 'status'>[]): FindingStatus {
  if (findings.some((finding) => finding.status === 'problem')) return 'problem';
  if (findings.length === 0 || findings.some((finding) => finding.status === 'inconclusive'))
    return 'inconclusive';
  return 'healthy';
}

/** The worst severity among problems; a warning where there is none. */
export const worstSeverity = (findings: readonly Finding[]): Severity =>
  findings.some((finding) => finding.severity === 'critical') ? 'critical' : 'warning';
