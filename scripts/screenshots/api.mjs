// Operations over HTTP as the person who is signed in, for scripts that act through a browser's cookies.

/** `api(method, path, input)` of an instance; `api.upload(project, name, text)`; `api.finish(project, run)`. Throws with the server's own sentence. */
export function openApi(request, url) {
  const headers = { origin: url };

  async function send(method, path, options) {
    const answer = await request.fetch(`${url}/api${path}`, {
      method,
      ...options,
      headers: { ...headers, ...options.headers },
    });
    const body = await answer.json().catch(() => ({}));
    if (!answer.ok()) throw new Error(body.error?.message ?? `${path} answered ${answer.status()}`);
    return body;
  }

  const inAddress = ["GET", "DELETE"];
  const api = (method, path, input = {}) =>
    send(method, path, inAddress.includes(method) ? { params: input } : { data: input });

  api.upload = async (project, name, text) => {
    const { source } = await send("POST", `/projects/${project}/uploads`, {
      params: { name },
      data: Buffer.from(text),
      headers: { "content-type": "application/octet-stream" },
    });
    return source;
  };

  /** Waits for a run and gives its result. */
  api.finish = async (project, run) => {
    for (;;) {
      const { state, result, error } = await api("GET", `/projects/${project}/runs/${run}`);
      if (state === "succeeded") return result;
      if (state === "failed" || state === "cancelled") {
        throw new Error(error?.message ?? `Run ${run} was cancelled.`);
      }
      await new Promise((wake) => setTimeout(wake, 500));
    }
  };
  return api;
}
