import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * An upstream whose answer takes `milliseconds` and is always the same: its own process, so that it never waits for
 * who measures. Argument: milliseconds. Sends its port to the parent, and the number of its answers when asked.
 */
const milliseconds = Number(process.argv[2]);
const answer = JSON.stringify({
  id: "chatcmpl-stub",
  object: "chat.completion",
  created: 0,
  model: "stub",
  choices: [
    {
      index: 0,
      message: { role: "assistant", content: "It opens at nine in the morning." },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 },
});
const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(answer) };
let answers = 0;

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  request.resume();
  request.once("end", () => {
    const reply = () => {
      answers += 1;
      response.writeHead(200, headers).end(answer);
    };
    if (milliseconds > 0) setTimeout(reply, milliseconds);
    else reply();
  });
});
server.listen(0, "127.0.0.1", () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
process.on("message", () => process.send?.({ answers }));
process.once("disconnect", () => process.exit(0));
