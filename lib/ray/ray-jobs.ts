import { z } from "zod";
import { AssayError } from "../core/errors.ts";
import { parseJson } from "../core/parse-json.ts";
import type { RayCluster } from "../env.ts";
import { createOutbound, type Dispatcher, parseOutboundUrl } from "../outbound.ts";

/** Longest answer that is read: logs are cut to their end, all else is small. */
const largestAnswer = 32 * 2 ** 20;
/** Time for one answer; the cluster's head may be busy. */
const answerMs = 30_000;
/** A log's end that a person is shown, and the longest of its lines. */
const shownLines = 12;
const shownCharacters = 300;

export const rayStates = ["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"] as const;
const jobSchema = z.object({ status: z.enum(rayStates), message: z.string().nullish() });
export type RayJob = z.infer<typeof jobSchema>;

/** The Jobs API of a cluster. Every call throws `unavailable` when the cluster cannot be reached. */
export type RayJobs = {
  /** Does nothing when a job with this id was submitted before: the id is what makes it once. */
  submit(id: string, entrypoint: string): Promise<void>;
  /** Undefined when the cluster knows no such job. */
  read(id: string): Promise<RayJob | undefined>;
  /** Last lines of the job's log. */
  logEnd(id: string): Promise<string[]>;
  /** Asks; `read` tells when it has stopped. Nothing happens to a job that ended or never was. */
  stop(id: string): Promise<void>;
  close(): Promise<void>;
};

type Answer = { status: number; text: string };

export function openRayJobs({ url, token }: Pick<RayCluster, "url" | "token">): RayJobs {
  const base = parseOutboundUrl(url);
  // The administrator named this host in the settings, so it may be a private one.
  const outbound: Dispatcher = createOutbound([
    base.hostname.replace(/^\[|\]$/g, "").toLowerCase(),
  ]);
  const call = async (method: "GET" | "POST", path: string, body?: unknown): Promise<Answer> => {
    try {
      const { statusCode, body: answer } = await outbound.request({
        origin: base.origin,
        path: `${base.pathname.replace(/\/$/, "")}/api/jobs/${path}`,
        method,
        headers: {
          "content-type": "application/json",
          ...(token ? { authorization: `Bearer ${token}` } : {}),
        },
        body: body === undefined ? null : JSON.stringify(body),
        signal: AbortSignal.timeout(answerMs),
      });
      let text = "";
      for await (const chunk of answer.setEncoding("utf8")) {
        text = (text + chunk).slice(-largestAnswer);
      }
      return { status: statusCode, text };
    } catch (cause) {
      throw new AssayError(
        "unavailable",
        "The Ray cluster does not answer. Nothing was changed; see that it runs and that ASSAY_RAY_URL names its Jobs API.",
        { cause },
      );
    }
  };
  const read = async (id: string): Promise<RayJob | undefined> => {
    const answer = await call("GET", id);
    if (answer.status === 404) return undefined;
    return jobSchema.parse(parseJson(expectGood(answer).text));
  };
  return {
    read,
    async submit(id, entrypoint) {
      const answer = await call("POST", "", { submission_id: id, entrypoint });
      if (answer.status < 300) return;
      // Somebody was first, or an answer got lost on its way.
      if (await read(id)) return;
      expectGood(answer);
    },
    async logEnd(id) {
      const answer = expectGood(await call("GET", `${id}/logs`));
      const { logs } = z.object({ logs: z.string() }).parse(parseJson(answer.text));
      return endOf(logs);
    },
    async stop(id) {
      const answer = await call("POST", `${id}/stop`);
      if (answer.status !== 404 && answer.status !== 400) expectGood(answer);
    },
    close: () => outbound.close(),
  };
}

function expectGood(answer: Answer): Answer {
  if (answer.status < 300) return answer;
  const refused = answer.status === 401 || answer.status === 403;
  throw new AssayError(
    refused ? "precondition_failed" : "unavailable",
    refused
      ? "The Ray cluster refuses Assay. Nothing was changed; see that ASSAY_RAY_TOKEN is its token."
      : `The Ray cluster answered with ${answer.status}. Nothing was changed; its own log says more.`,
    { detail: { status: answer.status, answer: answer.text.slice(0, 500) } },
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal
const colours = /\u001b\[[0-9;]*m/g;

/** The last lines that say something. */
export function endOf(log: string): string[] {
  return log
    .replace(colours, "")
    .split("\n")
    .map((line) => line.trimEnd().slice(0, shownCharacters))
    .filter(Boolean)
    .slice(-shownLines);
}
