// Builds submissions/web/static/ from frontend/src: `npm ci && npm run build`, or `node build.mjs FOLDER` for elsewhere.
// The same sources give the same bytes: versions are exact, nothing reads a clock, and everything that is listed is sorted.

import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const TARGET = resolve(process.argv[2] ?? join(HERE, "../submissions/web/static"));
const NOTICE = "Built from frontend/ by build.mjs. Licences: LICENSES.txt";

/** KaTeX names every font three times, for browsers of long ago; woff2 is enough for those that run ES2020. */
const onlyWoff2 = {
  name: "only-woff2",
  setup(builder) {
    builder.onLoad({ filter: /katex\.css$/, namespace: "file" }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      const lean = css.replace(/src: (url\([^)]*\.woff2\) format\("woff2"\))[^;]*;/g, "src: $1;");
      return { contents: lean, loader: "css" };
    });
  },
};

async function bundle() {
  return build({
    absWorkingDir: HERE,
    entryPoints: { app: "src/js/app.js", page: "src/app.css" },
    outdir: TARGET,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: ["es2020"],
    charset: "utf8",
    entryNames: "app",
    chunkNames: "chunks/[name]-[hash]",
    assetNames: "fonts/[name]-[hash]",
    loader: { ".woff2": "file" },
    banner: { js: `/* ${NOTICE} */`, css: `/* ${NOTICE} */` },
    legalComments: "none",
    metafile: true,
    plugins: [onlyWoff2],
    logLevel: "warning",
  });
}

/** The folders of the packages of which something is in the bundle. */
function packagesOf(metafile) {
  const names = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const match = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (match) names.add(match[1]);
  }
  return [...names].sort();
}

async function licences(metafile) {
  const parts = [`${NOTICE.split(".")[0]}. It contains parts of these packages.`];
  for (const name of packagesOf(metafile)) {
    const folder = join(HERE, "node_modules", name);
    const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
    const file = (await readdir(folder)).sort().find((entry) => /^licen[cs]e/i.test(entry));
    if (!file) throw new Error(`${name} has no licence file`);
    const text = (await readFile(join(folder, file), "utf8")).replaceAll("\r\n", "\n").trim();
    parts.push(`${name} ${version} (${license})\n\n${text}`);
  }
  return `${parts.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

for (const made of ["app.js", "app.css", "chunks", "fonts"]) await rm(join(TARGET, made), { recursive: true, force: true });
await mkdir(TARGET, { recursive: true });
const { metafile } = await bundle();
await writeFile(join(TARGET, "LICENSES.txt"), await licences(metafile));
await writeFile(join(TARGET, "favicon.svg"), await readFile(join(HERE, "src/favicon.svg")));
for (const [path, { bytes }] of Object.entries(metafile.outputs).sort()) {
  if (!path.endsWith(".woff2")) console.log(relative(TARGET, resolve(HERE, path)), bytes);
}
