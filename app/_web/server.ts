import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

type Answering<Given extends unknown[]> = (
  ...given: [...Given, request: IncomingMessage, response: ServerResponse]
) => Promise<void> | undefined;

/** Undefined for what is not its own. */
export type Api = Answering<[pathname: string]>;
/** Next's own handler: it takes everything. */
export type Pages = Answering<[]>;

/**
 * The server of pages and API. What the operations list answers is answered before Next, whose own way to a handler takes
 * longer than most operations (decision 017). Until `api` is there, Next's route answers the same.
 */
export function createWebServer(pages: Pages, api: Promise<Api>): Server {
  let here: Api | undefined;
  void api.then((opened) => {
    here = opened;
  });
  return createServer((request, response) => {
    const pathname = request.url?.split("?", 1)[0] ?? "/";
    const answered = here?.(pathname, request, response) ?? pages(request, response);
    answered?.catch((thrown: unknown) => fail(response, thrown));
  });
}

/** What nobody foresaw costs one answer, not the process. */
async function fail(response: ServerResponse, thrown: unknown): Promise<void> {
  const { createLogger } = await import("#lib/services.ts");
  const { errorAnswer } = await import("#app/_door/respond.ts");
  const log = createLogger("web");
  if (response.headersSent) {
    log.error({ err: thrown }, "an answer broke off");
    response.destroy();
    return;
  }
  const { status, headers, body } = errorAnswer(thrown, log);
  response.writeHead(status, headers).end(body);
}
