/** The index was closed while somebody asked: whoever holds the indexes opens it again. */
export class IndexClosed extends Error {}

/** A file of the index failed: nothing it says can be trusted, and it is made anew. */
export class FileFault extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** What the engine says when a question was too large for the memory it may use: the file is as good as before. */
const tooLarge = /Out of Memory/i;

/** Runs `work` on the column file; what fails there is the file's fault. */
export async function onColumns<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof Error && tooLarge.test(cause.message)) throw cause;
    throw new FileFault(cause);
  }
}
