// `npm run -s assay -- …`: the command line from its bundle, and from its sources while the bundle is not of today.

import { bundleMain, isBundled } from "./cli-bundle.mjs";

await import(isBundled() ? bundleMain : "../app/_cli/main.ts");
