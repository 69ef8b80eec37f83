import { Agent, request } from "node:http";
import type { Answer, NearAnswer, NearQuestion, Question } from "./protocol.ts";

export type IndexAddress = { url: string; token: string };

/** A catch-up that the index does before it answers takes a second or two; beyond this it is stuck. */
const patienceMs = 15_000;
/** After a silence the index is left alone for so long, so that pages do not wait for it one after the other. */
const restMs = 10_000;

class Silence extends Error {}

/** The index process as its users see it: an answer, or none. It never throws; whoever asks can do without. */
export class IndexClient {
  readonly #address: IndexAddress;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 8 });
  #restUntil = 0;

  constructor(address: IndexAddress) {
    this.#address = address;
  }

  ask(question: Question): Promise<Answer | undefined> {
    return this.#send("/ask", question);
  }

  near(question: NearQuestion): Promise<NearAnswer | undefined> {
    return this.#send("/near", question);
  }

  async #send<Given>(path: string, question: object): Promise<Given | undefined> {
    if (Date.now() < this.#restUntil) return undefined;
    try {
      return JSON.parse(await this.#post(path, JSON.stringify(question))) as Given;
    } catch (cause) {
      // Any other failure is told at once and costs nothing, so the index may be asked again.
      if (cause instanceof Silence) this.#restUntil = Date.now() + restMs;
      return undefined;
    }
  }

  #post(path: string, body: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${this.#address.token}`,
        "content-type": "application/json",
        "content-length": Buffer.byteLength(body),
      };
      const options = { method: "POST", agent: this.#agent, headers, timeout: patienceMs };
      const call = request(new URL(path, this.#address.url), options, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("error", reject);
        response.on("end", () => {
          const text = Buffer.concat(chunks).toString("utf8");
          if (response.statusCode === 200) resolve(text);
          else
            reject(new Error(`the index answered ${response.statusCode}: ${text.slice(0, 200)}`));
        });
      });
      call.on("timeout", () => call.destroy(new Silence()));
      call.on("error", (cause: NodeJS.ErrnoException) => {
        // A kept connection that the other side closed just then: nothing was asked yet.
        if (call.reusedSocket && cause.code === "ECONNRESET") resolve(this.#post(path, body));
        else reject(cause);
      });
      call.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
