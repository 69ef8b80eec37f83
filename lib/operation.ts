import type { z } from "zod";
import type { Actor, InstanceHandle, ProjectHandle } from "#db/handle.ts";
import type { InstanceAct, ProjectAct } from "./core/acts.ts";
import type { Services } from "./services.ts";

/** Who may call an operation. An act that nobody needs to be authorised for says why in words. */
export type Allow =
  | { project: ProjectAct }
  | { instance: InstanceAct }
  | { signedIn: string }
  | { nobody: string };

type HandleOf<A extends Allow> = A extends { project: ProjectAct }
  ? ProjectHandle
  : A extends { nobody: string }
    ? undefined
    : InstanceHandle;

export type OperationContext<A extends Allow> = {
  handle: HandleOf<A>;
  actor: Actor;
  services: Services;
  signal: AbortSignal;
};

/** One act, one object. Routes, the OpenAPI document, the typed client and the command line are made from it. */
export type Operation<
  N extends string = string,
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
  A extends Allow = Allow,
> = {
  /** `datasets.list`: the noun, a dot, the verb. Also the command: `assay datasets list`. */
  name: N;
  /** One sentence for the OpenAPI document and `--help`. */
  summary: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** `/projects/{project}/datasets/{dataset}`; every {name} is a field of the input. */
  path: string;
  input: I;
  output: O;
  allow: A;
  /** Inputs that may stand without a flag on the command line, in order. */
  positionals?: readonly string[];
  /** The output has a `run`; the command line waits for it and prints its result. */
  startsRun?: true;
  /** The field of the output that is a file's text: the command line prints it as it is. */
  prints?: string;
  /** Written to the audit log as this act, with these ids, whether it succeeds or is refused. */
  audit?: (input: z.output<I>) => Record<string, unknown>;
  run: (context: OperationContext<A>, input: z.output<I>) => Promise<z.input<O>>;
};

/** Gives an operation its types; does nothing else. */
export function defineOperation<
  const N extends string,
  I extends z.ZodType,
  O extends z.ZodType,
  const A extends Allow,
>(operation: Operation<N, I, O, A>): Operation<N, I, O, A> {
  return operation;
}
