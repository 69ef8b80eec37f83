import type { DuckDBConnection } from "@duckdb/node-api";
import { countsOf, idsOf, pageOf, type RowsQuery } from "./ask-columns.ts";
import { bestPage, type Search, searchOf } from "./best-page.ts";
import { rowsOf } from "./columns-file.ts";
import { FileFault, IndexClosed, onColumns } from "./faults.ts";
import { type Held, IndexFiles, type IndexOptions, type OpenFiles } from "./index-files.ts";
import { loadColumns } from "./load-columns.ts";
import type { Answer, Progress, Question } from "./protocol.ts";
import {
  type Changes,
  readMoment,
  readStanding,
  type Standing,
  writeChanges,
} from "./read-changes.ts";

/** More than this is caught up in the background, a second's worth, and plain SQL answers meanwhile. */
const inlineRows = 20_000;
/** Texts take longer than rows. */
const inlineTexts = 5000;
/** Texts asked for at a time: progress moves every second or so. */
const fillRows = 4000;
/** An index that could not be made is tried again after this long; plain SQL answers meanwhile. */
const retryMs = 60_000;

type Unread = Changes & { standing: Standing; moment: string };

const unknownProgress: Progress = { stage: "rows", done: 0, total: 0 };

/**
 * The index of one project: columns and words. Every answer is for the version that was asked for, and is given only
 * after what Postgres says now was read; what cannot be caught up at once is told as `behind`. A file that does not
 * agree with Postgres, or fails, is thrown away and made anew.
 */
export class ProjectIndex {
  readonly #options: IndexOptions;
  readonly #files: IndexFiles;
  /** Work on the files is done one after the other. */
  #last: Promise<unknown> = Promise.resolve();
  /** A long catch-up under way, with how far it is. */
  #long: { progress: Progress; done: Promise<void> } | undefined;
  #closed = false;
  #notBefore = 0;

  constructor(options: IndexOptions) {
    this.#options = options;
    this.#files = new IndexFiles(options);
  }

  get progress(): Progress | undefined {
    return this.#long?.progress;
  }

  /** Answers, or tells how far it is. Throws invalid_input for a search that cannot be read, and IndexClosed. */
  async ask(question: Question): Promise<Answer> {
    const { text } = question.filter;
    const search = text === undefined ? undefined : searchOf(text);
    if (this.#long) return { state: "behind", progress: this.#long.progress };
    const answer = await this.#inTurn(async () => {
      const spoken = search !== undefined || question.words !== undefined;
      const wanted = spoken ? question.dataset : undefined;
      const progress = await this.#catchUp(wanted);
      if (progress) return { state: "behind" as const, progress };
      return this.#answer(question, search);
    });
    return answer ?? { state: "behind", progress: unknownProgress };
  }

  /** Reads what changed, when somebody said so, before anybody asks. */
  async refresh(): Promise<void> {
    if (this.#long || this.#closed) return;
    await this.#inTurn(async () => {
      if (await this.#catchUp(undefined)) return;
      const { held } = await this.#files.open();
      for (const id of held.datasets.keys()) if (await this.#catchUpText(id)) return;
    });
  }

  /**
   * While an import runs: indexes some texts that are committed, so that little is left at its end. True when there may
   * be more.
   */
  async ahead(): Promise<boolean> {
    if (this.#long || this.#closed) return false;
    const more = await this.#inTurn(async () => {
      if (this.#long) return false;
      await this.#files.open();
      const wish = { project: this.#options.projectId, limit: fillRows };
      return (await this.#files.text("ahead", wish)) === fillRows;
    });
    return more ?? false;
  }

  /** Resolves when no long catch-up is under way. */
  async settled(): Promise<void> {
    while (this.#long) await this.#long.done;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.settled();
    this.#last = this.#last.then(() => this.#files.close());
    await this.#last;
  }

  /** Undefined when a file failed meanwhile: it is gone then. */
  #inTurn<T>(work: () => Promise<T>): Promise<T | undefined> {
    const turn = this.#last.then(async () => {
      if (this.#closed) throw new IndexClosed();
      try {
        return await work();
      } catch (cause) {
        if (!(cause instanceof FileFault)) throw cause;
        this.#options.log("the index was given up and is made anew", cause);
        this.#notBefore = Date.now() + retryMs;
        await this.#files.wipe();
        return undefined;
      }
    });
    this.#last = turn.catch(() => {});
    return turn;
  }

  /**
   * Reads what Postgres has beyond what is here. Undefined when nothing is left to read; else a long catch-up goes on in
   * the background and its progress is returned.
   * @param textOf the dataset whose words are asked for, too.
   */
  async #catchUp(textOf: number | undefined): Promise<Progress | undefined> {
    if (this.#long) return this.#long.progress;
    const files = await this.#files.open();
    const done = await this.#readChanges(files, inlineRows);
    if (done === "foreign") {
      this.#options.log("the index follows another history and is made anew");
      await this.#files.wipe();
      return this.#catchUp(textOf);
    }
    if (typeof done === "number") {
      if (Date.now() < this.#notBefore) return { stage: "rows", done: 0, total: done };
      return this.#begin({ stage: "rows", done: 0, total: done }, () => this.#rebuild());
    }
    if (done) await this.#load(files, done);
    return textOf === undefined ? undefined : this.#catchUpText(textOf);
  }

  /**
   * What changed, written as files, as of one moment; undefined for nothing. How much it is when that is more than
   * `most`; `foreign` when the index is not of Postgres' history.
   */
  async #readChanges(
    files: OpenFiles,
    most: number,
  ): Promise<"foreign" | number | undefined | Unread> {
    const { sql, folder, projectId } = this.#options;
    const { held } = files;
    // Taken before the look, which therefore sees all that this moment shows.
    const moment = await readMoment(sql);
    if (held.moment === moment) return undefined;
    const first = await readStanding(sql, projectId, held.datasets, held.marks);
    if (first.foreign.length > 0) return "foreign" as const;
    if (!hasMoved(held, first)) {
      held.marks = first.marks;
      held.moment = moment;
      return undefined;
    }
    if (first.changes > most) return first.changes;
    return sql.begin("isolation level repeatable read", async (tx) => {
      const standing = await readStanding(tx, projectId, held.datasets, held.marks);
      const changes = await writeChanges(tx, folder, projectId, held, standing);
      return { standing, moment, ...changes };
    });
  }

  async #load(files: OpenFiles, { standing, moment, ...changes }: Unread): Promise<void> {
    const { erased } = changes;
    // First the words: when this ends in between, it is done again.
    if (erased.length > 0 && (await this.#files.text("remove", { ids: erased })) > 0) {
      this.#files.text("purge", {}).catch((cause: unknown) => {
        this.#options.log("words of erased texts were not purged", cause);
      });
    }
    const meta = { marks: JSON.stringify(standing.marks) };
    await onColumns(() =>
      loadColumns(files.columns, { files: changes.files, datasets: standing.datasets, meta }),
    );
    files.held = { datasets: standing.datasets, marks: standing.marks, moment };
  }

  /** Everything there is, in one transaction of each side; then the words. */
  async #rebuild(): Promise<void> {
    const files = await this.#files.open();
    const done = await this.#readChanges(files, Number.POSITIVE_INFINITY);
    if (done && typeof done === "object") await this.#load(files, done);
    for (const id of files.held.datasets.keys()) await this.#fillText(files, id);
  }

  async #catchUpText(dataset: number): Promise<Progress | undefined> {
    const files = await this.#files.open();
    const ids = await textsMissing(files, dataset);
    if (ids.length <= inlineTexts) {
      await this.#fillText(files, dataset, ids);
      return undefined;
    }
    return this.#begin({ stage: "texts", done: 0, total: ids.length }, () =>
      this.#fillText(files, dataset, ids),
    );
  }

  async #fillText(files: OpenFiles, dataset: number, given?: number[]): Promise<void> {
    const ids = given ?? (await textsMissing(files, dataset));
    const state = files.held.datasets.get(dataset);
    if (!state || files.texts.get(dataset)?.version === state.version) return;
    const project = this.#options.projectId;
    for (let at = 0; at < ids.length; at += fillRows) {
      if (this.#closed) return;
      if (this.#long) this.#long.progress = { stage: "texts", done: at, total: ids.length };
      await this.#files.text("fill", { project, ids: ids.slice(at, at + fillRows) });
    }
    const { version, made } = state;
    await this.#files.text("setDataset", { id: dataset, version, made });
    files.texts.set(dataset, { version, made });
  }

  #begin(progress: Progress, work: () => Promise<void>): Progress {
    const done = work()
      .catch(async (cause: unknown) => {
        this.#notBefore = Date.now() + retryMs;
        this.#options.log("the index could not be made; it is tried again in a minute", cause);
        if (cause instanceof FileFault) await this.#files.wipe();
      })
      .catch((cause: unknown) => this.#options.log("files of the index stay behind", cause))
      .finally(() => {
        this.#long = undefined;
      });
    this.#long = { progress, done };
    return progress;
  }

  async #answer(question: Question, search: Search | undefined): Promise<Answer> {
    const { columns, held } = await this.#files.open();
    if ((held.datasets.get(question.dataset)?.version ?? -1) < question.version) {
      return { state: "behind", progress: unknownProgress };
    }
    const best = search && (await bestPage(this.#files, columns, question, search));
    if (best) return { state: "fresh", version: question.version, page: best };
    const { dataset, version, filter, page, counts, ids } = question;
    const expression = search?.expression;
    const scored = page?.by === "relevance";
    const found =
      expression === undefined
        ? undefined
        : await this.#files.text("matches", { expression, scored });
    const words =
      question.words && (await this.#files.text("frequencies", { words: question.words }));
    const query: RowsQuery = { dataset, version, filter, ...(found ? { found: "found" } : {}) };
    return onColumns(() =>
      columns.inTransaction(async (db) => {
        if (found) await loadFound(db, found);
        const answer: Answer = {
          state: "fresh",
          version,
          ...(page ? { page: await pageOf(db, columns.sets, query, page) } : {}),
          ...(counts ? { counts: await countsOf(db, columns.sets, query, counts) } : {}),
          ...(ids ? { ids: await idsOf(db, columns.sets, query) } : {}),
          ...(words ? { words } : {}),
        };
        if (found) await db.run("drop table found");
        return answer;
      }),
    );
  }
}

/** Conversations of a dataset whose words were not asked for yet. */
async function textsMissing({ columns, held, texts }: OpenFiles, dataset: number) {
  const version = texts.get(dataset)?.version ?? 0;
  if (version === (held.datasets.get(dataset)?.version ?? 0)) return [];
  const rows = await onColumns(() =>
    columns.using((db) =>
      rowsOf(
        db,
        `select distinct conversation::double as id from row
         where dataset = ${Number(dataset)} and added_in > ${Number(version)} order by 1`,
      ),
    ),
  );
  return rows.map((row) => Number(row.id));
}

async function loadFound(
  db: DuckDBConnection,
  { ids, scores }: { ids: string; scores: string | undefined },
): Promise<void> {
  const list = (n: number) => `unnest(string_split($${n}, ','))::bigint`;
  await db.run("create temp table found(id bigint, score bigint)");
  if (ids === "") return;
  if (scores === undefined) await db.run(`insert into found select ${list(1)}, 0`, [ids]);
  else await db.run(`insert into found select ${list(1)}, ${list(2)}`, [ids, scores]);
}

function hasMoved(held: Held, { datasets, changes }: Standing): boolean {
  if (changes > 0 || datasets.size !== held.datasets.size) return true;
  return [...datasets].some(([id, state]) => held.datasets.get(id)?.version !== state.version);
}
