import { LRUCache } from "lru-cache";
import { AssayError } from "#lib/core/errors.ts";

/** A token bucket for each caller: `rate` requests a minute, and a tenth of a minute's worth at once. */
export function createRateLimit(now: () => number = Date.now) {
  const buckets = new LRUCache<string, { tokens: number; at: number }>({ max: 50_000 });
  const fill = (caller: string, rate: number): { tokens: number; at: number; burst: number } => {
    const burst = Math.max(1, rate / 10);
    const at = now();
    const bucket = buckets.get(caller) ?? { tokens: burst, at };
    return {
      at,
      burst,
      tokens: Math.min(burst, bucket.tokens + ((at - bucket.at) / 60_000) * rate),
    };
  };
  return {
    /** Throws rate_limited with the seconds after which the next request is let in. */
    take(caller: string, rate: number): void {
      const { tokens, at } = fill(caller, rate);
      buckets.set(caller, { tokens: tokens < 1 ? tokens : tokens - 1, at });
      if (tokens >= 1) return;
      const seconds = Math.ceil(((1 - tokens) / rate) * 60);
      throw new AssayError(
        "rate_limited",
        `Rate limit reached: ${rate} requests a minute. Try again in ${seconds} s.`,
        { retryAfter: seconds },
      );
    },
    /** Takes a `take` back that turned out not to count. */
    giveBack(caller: string, rate: number): void {
      const { tokens, at, burst } = fill(caller, rate);
      buckets.set(caller, { tokens: Math.min(burst, tokens + 1), at });
    },
  };
}
