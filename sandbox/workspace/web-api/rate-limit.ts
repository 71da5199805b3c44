/** Slack's rate limits: a bucket of calls for each method, and for each channel that is posted to. */

export type Tier = 'tier1' | 'tier2' | 'tier3' | 'tier4' | 'posting' | 'special';

export interface Limit {
  perMinute: number;
  /** How many may come at once. */
  burst: number;
}

export type RateLimits = Partial<Record<Tier, Limit>>;

export const SLACK_LIMITS: RateLimits = {
  tier1: { perMinute: 1, burst: 2 },
  tier2: { perMinute: 20, burst: 20 },
  tier3: { perMinute: 50, burst: 50 },
  tier4: { perMinute: 100, burst: 100 },
  posting: { perMinute: 60, burst: 4 },
};

export interface RateLimiter {
  /** Takes one call. @returns the seconds to wait when there is none to take */
  take(tier: Tier, key: string): number | undefined;
}

/** @param limits none when false; Slack's, with those given in their place, otherwise */
export function createRateLimiter(limits: boolean | RateLimits): RateLimiter {
  const table: RateLimits = limits === false ? {} : { ...SLACK_LIMITS, ...(limits === true ? {} : limits) };
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take: (tier, key) => {
      const limit = table[tier];
      if (!limit) return undefined;
      // The process's own time: a clock that tests move, or stop, would starve or flood the app.
      const now = performance.now();
      const before = buckets.get(key) ?? { left: limit.burst, at: now };
      const perMs = limit.perMinute / 60_000;
      const left = Math.min(limit.burst, before.left + (now - before.at) * perMs);
      if (left < 1) {
        buckets.set(key, { left, at: now });
        return Math.max(1, Math.ceil((1 - left) / perMs / 1000));
      }
      buckets.set(key, { left: left - 1, at: now });
      return undefined;
    },
  };
}
