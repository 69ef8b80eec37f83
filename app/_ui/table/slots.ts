/**
 * Which of `count` rows each of `pool` elements shows, so that those from `first` on are shown and an element keeps its
 * row for as long as that one is: row i stands in element i modulo `pool`. Near the end it goes back so that all
 * elements have a row; fewer rows than elements stand in the first of them.
 */
export function rowsInSlots(first: number, pool: number, count: number): number[] {
  const from = Math.max(0, Math.min(first, count - pool));
  return Array.from({ length: Math.min(pool, count) }, (_, slot) => {
    const behind = (slot - from) % pool;
    return from + (behind < 0 ? behind + pool : behind);
  });
}
