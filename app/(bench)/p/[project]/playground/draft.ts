import type { PlayState } from "#lib/core/playground-session.ts";

const keyOf = (project: string) => `assay-playground-${project}`;

/** What this tab had open in the playground, when it can still be read. */
export async function readDraft(project: string): Promise<PlayState | undefined> {
  const text = sessionStorage.getItem(keyOf(project));
  if (!text) return undefined;
  // Fetched only where there is a draft to check: the schema brings zod.
  const { playStateSchema } = await import("#lib/core/playground-session.ts");
  try {
    return playStateSchema.parse(JSON.parse(text));
  } catch {
    // Written by another version of the page: a fresh start is better than a broken one.
    sessionStorage.removeItem(keyOf(project));
    return undefined;
  }
}

/** Keeps the state for this tab until it is closed. */
export function keepDraft(project: string, state: PlayState): void {
  try {
    sessionStorage.setItem(keyOf(project), JSON.stringify(state));
  } catch {
    // The browser's quota is full: the page works, only coming back to it begins anew.
    sessionStorage.removeItem(keyOf(project));
  }
}

export const forgetDraft = (project: string): void => sessionStorage.removeItem(keyOf(project));
