import { resumeAfter } from "./resume.ts";

/** `undefined`: something may have been missed. `polled`: nobody said so, there is no stream and this is a look. */
export type OnChange = (topic: string | undefined, polled: boolean) => void;
type Follower = { topics: readonly string[]; onChange: OnChange };

/** Several hooks of one page ask at once; one stream is opened for all of them. */
const gatherMs = 60;
/** While there is no stream, pages ask by themselves. */
const pollMs = 5_000;
/** A refused stream (signed out, row gone) is tried again, but not in a loop. */
const reopenMs = 15_000;

/**
 * The one event stream of a tab: it carries the topics of all followers, is opened anew when they change, rests while
 * the tab is hidden, and is replaced by asking every few seconds while it is down.
 */
class TopicStream {
  readonly #followers = new Set<Follower>();
  #source: EventSource | undefined;
  #address = "";
  #topics: readonly string[] = [];
  #lastId: string | undefined;
  /** Where each topic was left: what changed since is told when somebody follows it again. */
  readonly #left = new Map<string, string>();
  #gather: ReturnType<typeof setTimeout> | undefined;
  #poll: ReturnType<typeof setInterval> | undefined;
  #reopen: ReturnType<typeof setTimeout> | undefined;
  #watching = false;

  follow(topics: readonly string[], onChange: OnChange): () => void {
    const follower = { topics, onChange };
    this.#followers.add(follower);
    this.#watch();
    this.#schedule();
    return () => {
      this.#followers.delete(follower);
      this.#schedule();
    };
  }

  #watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") {
        this.#close();
        return;
      }
      this.#schedule();
      this.#tell(undefined);
    });
  }

  #schedule(): void {
    clearTimeout(this.#gather);
    this.#gather = setTimeout(() => this.#refresh(), gatherMs);
  }

  #refresh(): void {
    const topics = [...new Set([...this.#followers].flatMap((one) => one.topics))].sort();
    if (topics.length === 0 || document.visibilityState === "hidden") {
      this.#close();
      return;
    }
    const address = `/api/events?topics=${topics.map(encodeURIComponent).join(",")}`;
    if (address === this.#address && this.#source) return;
    this.#close();
    this.#address = address;
    this.#topics = topics;
    const after = resumeAfter(topics, this.#left, this.#lastId);
    // Should it be closed before it is open, they are where they were.
    if (after) for (const topic of topics) this.#left.set(topic, this.#left.get(topic) ?? after);
    this.#open(after ? `${address}&after=${after}` : address);
  }

  #open(address: string): void {
    const source = new EventSource(address);
    this.#source = source;
    source.addEventListener("open", () => this.#stopPolling());
    source.addEventListener("hello", (event) => {
      this.#lastId = event.lastEventId;
      // What changed between a page's own reading and this moment was told to nobody.
      this.#tell(undefined);
    });
    source.addEventListener("change", (event) => this.#hear(event));
    source.addEventListener("resync", (event) => this.#hear(event));
    source.addEventListener("end", () => {
      source.close();
      this.#fail();
    });
    source.addEventListener("error", () => {
      // CONNECTING: the browser tries again by itself.
      if (source.readyState === EventSource.CLOSED) this.#fail();
      else this.#startPolling();
    });
  }

  #hear(event: MessageEvent): void {
    this.#lastId = event.lastEventId;
    const topic =
      event.type === "change" ? (JSON.parse(event.data) as { topic: string }).topic : undefined;
    this.#tell(topic);
  }

  #tell(topic: string | undefined, polled = false): void {
    for (const { topics, onChange } of this.#followers) {
      if (topic === undefined || topics.includes(topic)) onChange(topic, polled);
    }
  }

  #fail(): void {
    this.#source = undefined;
    this.#startPolling();
    clearTimeout(this.#reopen);
    this.#reopen = setTimeout(() => this.#refresh(), reopenMs);
  }

  #startPolling(): void {
    this.#poll ??= setInterval(() => this.#tell(undefined, true), pollMs);
  }

  #stopPolling(): void {
    clearInterval(this.#poll);
    this.#poll = undefined;
  }

  #close(): void {
    if (this.#source?.readyState === EventSource.OPEN && this.#lastId) {
      for (const topic of this.#topics) this.#left.set(topic, this.#lastId);
    }
    this.#source?.close();
    this.#source = undefined;
    clearTimeout(this.#reopen);
    this.#stopPolling();
  }
}

/** Of this tab; opens nothing before somebody follows. */
export const topicStream = new TopicStream();
