// SPDX-License-Identifier: MIT
// SPDX-FileCopyrightText: The memray authors
//
// Builds one self-contained page per report: node build.mjs OUTPUT_FOLDER
// A page is its HTML with the styles and the script in it; the program puts the data in place of the marker.

import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const folder = path.dirname(new URL(import.meta.url).pathname);
const output = process.argv[2];
if (!output) throw new Error("usage: node build.mjs OUTPUT_FOLDER");

async function bundle(page) {
  const result = await build({
    absWorkingDir: folder,
    entryPoints: [`src/${page}.js`],
    bundle: true,
    minify: true,
    write: false,
    outdir: "out",
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "eof",
  });
  const text = (suffix) => result.outputFiles.find((file) => file.path.endsWith(suffix)).text;
  return { script: text(".js"), styles: text(".css") };
}

const PART = /^<!--(shared_\w+\.html)-->$/gm; // what all pages have

async function sharedParts(html) {
  const names = [...html.matchAll(PART)].map(([, name]) => name);
  return new Map(await Promise.all(names.map(async (name) => [name, await readFile(path.join(folder, "src", name), "utf8")])));
}

// Replacements are functions, since "$" has a meaning in replacement strings.
async function page(name) {
  const { script, styles } = await bundle(name);
  const html = await readFile(path.join(folder, "src", `${name}.html`), "utf8");
  const shared = await sharedParts(html);
  return html
    .replace(PART, (_, file) => shared.get(file).trimEnd())
    .replace("/*STYLES*/", () => styles.replaceAll("</style", "<\\/style"))
    .replace("/*SCRIPT*/", () => script.replaceAll("</script", "<\\/script"));
}

await mkdir(output, { recursive: true });
for (const name of ["flamegraph", "table"]) {
  await writeFile(path.join(output, `${name}.html`), await page(name));
}
