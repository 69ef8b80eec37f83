import { get } from "node:http";

/** Slower answers than this count as none. */
const patienceMs = 3000;

/** Whether `GET url` on this machine answers 200. */
export function answers(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { timeout: patienceMs, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
