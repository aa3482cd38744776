// Builds the front end into a folder: node build.mjs [--out DIR]
//
// app.js and what every page needs with it, boot.js, app.css; worker.js, which all windows share; and chunks that are loaded when a page
// has a demo or code. A chunk's name carries the hash of its content and is final: app.js imports it by that name.
import { build } from "esbuild";
import { rmSync } from "node:fs";
import { parseArgs } from "node:util";

const { values } = parseArgs({ options: { out: { type: "string", default: "dist" } } });
const outdir = values.out;
const common = { bundle: true, minify: true, target: "es2022", charset: "utf8", legalComments: "none", logLevel: "warning" };

rmSync(outdir, { recursive: true, force: true });
await Promise.all([
  build({
    ...common,
    entryPoints: { app: "src/app.ts" },
    outdir,
    format: "esm",
    splitting: true,
    chunkNames: "chunk-[hash]",
  }),
  build({ ...common, entryPoints: { boot: "src/boot.ts", worker: "src/worker.ts" }, outdir, format: "iife" }),
  build({ ...common, target: "chrome123", entryPoints: { app: "src/styles/app.css" }, outdir }),
]);
