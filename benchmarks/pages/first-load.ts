import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

export type FirstLoad = { route: string; kilobytes: number; files: Set<string> };
type Stats = { route: string; firstLoadChunkPaths: string[] }[];

/** What a browser fetches in JavaScript before a page lives, gzip at the usual level, from the build's own list. */
export function readFirstLoad(buildDir: string): FirstLoad[] {
  const file = join(buildDir, "diagnostics/route-bundle-stats.json");
  const stats: Stats = JSON.parse(readFileSync(file, "utf8"));
  const sizes = new Map<string, number>();
  const sizeOf = (name: string): number => {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    const size = gzipSync(readFileSync(join(buildDir, "static/chunks", name))).length;
    sizes.set(name, size);
    return size;
  };
  return stats
    .map(({ route, firstLoadChunkPaths }) => {
      const files = new Set(firstLoadChunkPaths.map((path) => basename(path)));
      const bytes = [...files].reduce((sum, name) => sum + sizeOf(name), 0);
      return { route, kilobytes: bytes / 1024, files };
    })
    .sort((a, b) => b.kilobytes - a.kilobytes);
}

/** Chunks that a served page asks for at once; those of browsers without modules are left out. */
export function chunksOf(html: string): string[] {
  return [...html.matchAll(/<script[^>]*\ssrc="[^"]*\/([^"/?]+\.js)[^"]*"[^>]*>/g)]
    .filter(([tag]) => !/nomodule/i.test(tag))
    .map(([, name]) => name ?? "");
}
