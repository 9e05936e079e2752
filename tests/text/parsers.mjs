// Reads a JSON list of {kind, text}; prints for each what its own parser says of it:
// Mermaid's for flowcharts, KaTeX's for formulas; "ok" or the error.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const modules = createRequire(process.argv[2] + "/node_modules/");
const load = async (name) => import(pathToFileURL(modules.resolve(name)));
const { JSDOM } = (await load("jsdom")).default ?? (await load("jsdom"));
const dom = new JSDOM("");
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const mermaid = (await import(pathToFileURL(
  process.argv[2] + "/node_modules/mermaid/dist/mermaid.core.mjs"))).default;
const katex = (await load("katex")).default;

const options = { displayMode: true, throwOnError: true, strict: "ignore" };
let text = "";
for await (const part of process.stdin) text += part;
const answers = [];
for (const { kind, text: source } of JSON.parse(text)) {
  try {
    if (kind === "mermaid") await mermaid.parse(source);
    else katex.renderToString(source, options);
    answers.push("ok");
  } catch (error) {
    answers.push(String(error));
  }
}
console.log(JSON.stringify(answers));
