import { Pool } from "undici";

export type Side = {
  name: string;
  port: number;
  /** Callers take turns; without any the request goes as it is. */
  keys?: readonly string[];
  /** The name that the answer should carry. */
  model: string;
};
export type Load = {
  p50: number;
  p99: number;
  perSecond: number;
  wrong: number;
  /** The first wrong answer: its status and how it begins. */
  firstWrong?: string;
};

const body = JSON.stringify({
  model: "shop",
  messages: [
    { role: "system", content: "You answer questions about a small shop." },
    { role: "user", content: "When does the shop open on a Wednesday?" },
  ],
  max_tokens: 40,
});
const type = { "content-type": "application/json" };
/** Requests a connection that are not measured. */
export const warmUp = 30;

/** `count` chat requests, `concurrency` at a time over kept connections. Latencies in milliseconds. */
export async function load(side: Side, concurrency: number, count: number): Promise<Load> {
  const pool = new Pool(`http://127.0.0.1:${side.port}`, { connections: concurrency });
  const times: number[] = [];
  const callers = side.keys?.map((key) => ({ ...type, authorization: `Bearer ${key}` })) ?? [type];
  let wrong = 0;
  let firstWrong: string | undefined;
  let asked = 0;
  let left = warmUp * concurrency + count;
  const ask = async () => {
    const from = performance.now();
    const response = await pool.request({
      path: "/v1/chat/completions",
      method: "POST",
      headers: callers[asked++ % callers.length] ?? type,
      body,
    });
    const text = await response.body.text();
    const took = performance.now() - from;
    const right =
      response.statusCode === 200 &&
      text.includes(`"model":"${side.model}"`) &&
      text.includes("It opens at nine in the morning.");
    if (!right) {
      wrong += 1;
      firstWrong ??= `${response.statusCode} ${text.slice(0, 200)}`;
    }
    return took;
  };
  let begun = 0;
  const worker = async () => {
    while (left > 0) {
      const measured = left <= count;
      if (measured) begun ||= performance.now();
      left -= 1;
      const took = await ask();
      if (measured) times.push(took);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  const seconds = (performance.now() - begun) / 1000;
  await pool.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.ceil(share * times.length) - 1] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), perSecond: times.length / seconds, wrong, firstWrong };
}
