// What a test machine may lack outside of npm and pip.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Installs packages with apt where this is Debian and we are root; returns whether it tried. */
export async function needPackages(names) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.log(`Installing ${names.join(", ")} with apt-get …`);
  // Run level 1: a package that brings a service does not start it.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  const options = { env, stdio: ["ignore", "ignore", "inherit"] };
  spawnSync("apt-get", ["update", "-qq"], options);
  return (
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...names], options)
      .status === 0
  );
}
