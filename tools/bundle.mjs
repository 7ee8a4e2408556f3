// The JavaScript of a package in few files: Node takes half a millisecond for each module that it imports, and a program that
// only runs a network is to start faster than that. In the package's folder:
//   node ../../tools/bundle.mjs [entry …]        each of src/<entry>.ts becomes dist/<entry>.js; by default index
import { rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { rolldown } from "rolldown";

const entries = process.argv.length > 2 ? process.argv.slice(2) : ["index"];

/** An entry that another one imports by its file stays a file; else what they share would be a third one. */
function otherEntry(id) {
  const entry = entries.find((name) => id === `./${name}.ts`);
  return entry === undefined ? null : { id: `./${entry}.js`, external: true };
}

rmSync("dist", { recursive: true, force: true });
const bundle = await rolldown({
  input: Object.fromEntries(entries.map((entry) => [entry, `src/${entry}.ts`])),
  // These two have no state: who uses them takes along what is needed of them.
  external: /^(@octavo\/(?!(kernels-common|safetensors)$)|node:)/,
  resolve: { conditionNames: ["@octavo/source"] },
  platform: "neutral",
  plugins: [
    {
      name: "entries",
      resolveId: (id, importer) => (importer && dirname(importer) === resolve("src") ? otherEntry(id) : null),
    },
  ],
  // What several entries take along goes into one of them.
  preserveEntrySignatures: "allow-extension",
});
await bundle.write({
  dir: "dist",
  format: "esm",
  sourcemap: true,
  // Documentation is a quarter of what engines would read and keep; it is in the declarations.
  comments: { jsdoc: false },
  entryFileNames: "[name].js",
  chunkFileNames: "[name].js",
});
