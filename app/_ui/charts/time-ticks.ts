const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const steps = [
  ...[5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14].map((n) => n * day),
];

/** Round local times from `from` to `to`, all in milliseconds: seven at most within three months. */
export function timeTicks(from: number, to: number): number[] {
  const step = steps.find((one) => (to - from) / one <= 6) ?? 30 * day;
  const shift = new Date(from).getTimezoneOffset() * minute;
  const ticks: number[] = [];
  const first = Math.ceil((from - shift) / step) * step + shift;
  for (let at = first; at <= to; at += step) ticks.push(at);
  return ticks;
}
