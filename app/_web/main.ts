import { parseArgs } from "node:util";
import { projectRoot } from "#app/_cli/supervisor/child-process.ts";
import { createWebServer } from "./server.ts";

/** The process of pages and API: `-p PORT -H HOST`. */
const { values } = parseArgs({
  options: { port: { type: "string", short: "p" }, host: { type: "string", short: "H" } },
});
/** Less than what the supervisor waits. */
const drainMs = 4000;
const port = Number(values.port);
const hostname = values.host ?? "127.0.0.1";

// As Next's own command does: React and Next ask it for what they are.
Object.assign(process.env, { NODE_ENV: process.env.NODE_ENV ?? "production" });
const { default: next } = await import("next");
const pages = next({ dev: false, dir: projectRoot, hostname, port });
await pages.prepare();
// Reading all operations takes a second: whoever asks first, mostly whether this process is ready, does not wait for it.
const { promise: asked, resolve: begin } = Promise.withResolvers<void>();
const server = createWebServer(
  pages.getRequestHandler(),
  asked.then(async () => {
    const { openApi } = await import("./api.ts");
    const { webServices } = await import("#app/_door/services.ts");
    return openApi(webServices);
  }),
);
server.once("request", (_request, response) => response.once("close", begin));
server.listen(port, hostname);

for (const signal of ["SIGTERM", "SIGINT", "disconnect"] as const) {
  process.once(signal, () => {
    // Answers in hand end; streams of events are ended by their hub.
    server.close(() => {
      pages.close().then(
        () => process.exit(0),
        () => process.exit(1),
      );
    });
    server.closeIdleConnections();
    setTimeout(() => server.closeAllConnections(), drainMs).unref();
  });
}
