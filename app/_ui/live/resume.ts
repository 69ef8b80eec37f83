/**
 * The event after which a stream of these topics begins, `boot-number`: a topic that was followed before goes on where it
 * was left, another where the tab stands. Undefined where nothing was heard yet, or the server has begun to count anew:
 * then everything is looked at.
 */
export function resumeAfter(
  topics: readonly string[],
  left: ReadonlyMap<string, string>,
  lastId: string | undefined,
): string | undefined {
  if (lastId === undefined) return undefined;
  const [boot] = lastId.split("-");
  const places = topics.map((topic) => left.get(topic) ?? lastId);
  if (places.some((place) => place.split("-")[0] !== boot)) return undefined;
  return `${boot}-${Math.min(...places.map((place) => Number(place.split("-")[1])))}`;
}
