import { join } from "node:path";
import postgres from "postgres";
import { IndexClosed } from "./faults.ts";
import { ProjectIndex } from "./project-index.ts";
import type { Answer, NearAnswer, NearQuestion, Question } from "./protocol.ts";
import type { TextCalls } from "./text-worker.ts";
import { Thread } from "./thread.ts";
import type { VectorCalls } from "./vector-worker.ts";

/** Projects whose files are open at once; each may use 512 MB while it answers. */
const mostOpen = 4;
/** Texts of a running import are followed this often. */
const aheadMs = 500;
/** A change is read this long after it was told, so that many at once are one. */
const calmMs = 300;
/** What nobody tells, such as a label, is read this often, and notes that are a week old are swept. */
const sweepMs = 60_000;

export type IndexesOptions = {
  databaseUrl: string;
  /** One folder a project below it. */
  folder: string;
  log(message: string, cause?: unknown): void;
  /** The text thread is gone: the process should end and be started again. */
  onFatal(cause: Error): void;
};

/** All indexes of an instance: opened when asked for, kept fresh by what Postgres tells, closed when others need the room. */
export class Indexes {
  readonly #options: IndexesOptions;
  readonly #sql: postgres.Sql;
  readonly #texts: Thread<TextCalls>;
  /** Started by the first question about vectors. */
  #vectors: Thread<VectorCalls> | undefined;
  /** The least recently used first. */
  readonly #open = new Map<number, ProjectIndex>();
  readonly #closing = new Map<number, Promise<void>>();
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #following: Promise<void> = Promise.resolve();
  #ends: (() => void)[] = [];
  #closed = false;
  #busy = false;

  constructor(options: IndexesOptions) {
    this.#options = options;
    this.#sql = postgres(options.databaseUrl, {
      max: 4,
      idle_timeout: 60,
      onnotice: () => {},
      connection: { application_name: "assay index" },
    });
    this.#texts = new Thread("text", options.databaseUrl, options.onFatal);
  }

  /** Starts to follow changes. */
  async start(): Promise<void> {
    const { unlisten } = await this.#sql.listen("assay_event", (topic) => this.#heard(topic));
    const ahead = setInterval(() => this.#follow(), aheadMs);
    const sweep = setInterval(() => {
      for (const index of this.#open.values()) this.#inBackground(index.refresh());
      this.#inBackground(
        this.#sql`delete from index_change where created_at < now() - interval '7 days'`,
      );
    }, sweepMs);
    this.#ends = [() => clearInterval(ahead), () => clearInterval(sweep), () => void unlisten()];
  }

  /** Whether Postgres answers and the text thread lives. */
  async ready(): Promise<boolean> {
    const [row] = await this.#sql<{ ok: number }[]>`select 1 as ok`;
    return row?.ok === 1 && !this.#closed;
  }

  async ask(question: Question): Promise<Answer> {
    const index = await this.#project(question.project);
    try {
      return await index.ask(question);
    } catch (cause) {
      // It had to make room for another project just then.
      if (!(cause instanceof IndexClosed) || this.#closed) throw cause;
      return (await this.#project(question.project)).ask(question);
    }
  }

  /** Which vectors are nearest; behind while they are read, which the question itself begins. */
  near(question: NearQuestion): Promise<NearAnswer> {
    this.#vectors ??= new Thread("vector", this.#options.databaseUrl, (cause) => {
      this.#vectors = undefined;
      this.#options.log("the vector thread ended; the next question starts it anew", cause);
    });
    return this.#vectors.call("near", question);
  }

  /** Of the projects that are open and behind. */
  progress() {
    return [...this.#open].flatMap(([project, index]) =>
      index.progress ? [{ project, ...index.progress }] : [],
    );
  }

  /** Resolves when no project is behind by more than what the next question reads. */
  async settled(): Promise<void> {
    for (const index of this.#open.values()) await index.settled();
  }

  async #project(projectId: number): Promise<ProjectIndex> {
    // Two would write to the same files.
    await this.#closing.get(projectId);
    const known = this.#open.get(projectId);
    const { folder, log } = this.#options;
    const index =
      known ??
      new ProjectIndex({
        projectId,
        folder: join(folder, String(projectId)),
        sql: this.#sql,
        texts: this.#texts,
        log: (message, cause) => log(`project ${projectId}: ${message}`, cause),
      });
    this.#open.delete(projectId);
    this.#open.set(projectId, index);
    for (const [id, old] of this.#open) {
      if (this.#open.size <= mostOpen) break;
      if (old.progress) continue;
      this.#open.delete(id);
      const closing = old.close().finally(() => this.#closing.delete(id));
      this.#closing.set(id, closing);
      this.#inBackground(closing);
    }
    return index;
  }

  #inBackground(work: Promise<unknown>): void {
    work.catch((cause: unknown) => this.#options.log("work in the background failed", cause));
  }

  #heard(topic: string): void {
    const dataset = /^dataset:(\d{1,15})$/.exec(topic)?.[1];
    if (dataset === undefined || this.#closed) return;
    const id = Number(dataset);
    if (this.#timers.has(id)) return;
    this.#timers.set(
      id,
      setTimeout(() => {
        this.#timers.delete(id);
        this.#inBackground(this.#refreshDataset(id));
      }, calmMs),
    );
  }

  /** A project that nobody looked at is caught up when somebody does. */
  async #refreshDataset(id: number): Promise<void> {
    const [row] = await this.#sql<{ project: number }[]>`
      select project_id::float8 as project from dataset where id = ${id}`;
    if (row) await this.#open.get(row.project)?.refresh();
  }

  #follow(): void {
    const work = async () => {
      if (this.#closed) return;
      const rows = await this.#sql<{ project: number }[]>`
        select distinct project_id::float8 as project from run
        where kind = 'import' and state = 'running' and project_id is not null`;
      for (const { project } of rows) {
        const index = await this.#project(project);
        while (await index.ahead());
      }
    };
    // One at a time: a slow one is not overtaken.
    if (this.#busy) return;
    this.#busy = true;
    this.#following = work()
      .catch((cause: unknown) => this.#options.log("an import could not be followed", cause))
      .finally(() => {
        this.#busy = false;
      });
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const end of this.#ends) end();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    await this.#following;
    await Promise.all(this.#closing.values());
    for (const index of this.#open.values()) await index.close();
    await this.#texts.end();
    await this.#vectors?.end();
    await this.#sql.end({ timeout: 5 });
  }
}
