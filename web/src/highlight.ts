// Colours for code, and for a demo's sources line numbers and links to definitions in the same file.
import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import sql from "highlight.js/lib/languages/sql";
import { element, find } from "./dom";

for (const [name, language] of Object.entries({ bash, c, go, ini, sql })) hljs.registerLanguage(name, language);
hljs.registerAliases(["sh", "shell", "console"], { languageName: "bash" });
hljs.registerAliases(["toml", "conf", "sysctl"], { languageName: "ini" });

export function colour(code: HTMLElement): void {
  code.dataset.coloured = "";
  const name = /language-([\w+-]+)/.exec(code.className)?.[1] ?? "";
  const text = code.textContent ?? "";
  const body = code.classList.contains("numbered") ? number(code, text) : code;
  // The library escapes the text it is given: what it returns holds no markup but its own spans.
  if (hljs.getLanguage(name)) body.innerHTML = hljs.highlight(text, { language: name, ignoreIllegals: true }).value;
  if (body !== code) linkDefinitions(body, text);
}

/** Puts the line numbers in a column of their own, so that copying the code does not copy them. */
function number(code: HTMLElement, text: string): HTMLElement {
  const lines = text.replace(/\n$/, "").split("\n").length;
  const numbers = Array.from({ length: lines }, (_, i) => i + 1).join("\n");
  const body = element("span", {}, text);
  code.replaceChildren(element("span", { class: "gutter", "aria-hidden": "true" }, numbers), body);
  return body;
}

// ---- definitions ----

/** Names defined at the left margin (functions, structs, enums), with their lines from 0. */
function definitions(text: string): Map<string, number> {
  const found = new Map<string, number>();
  text.split("\n").forEach((line, i) => {
    const function_ = /^(?!return|else|if|#|\/|\s|}).*?\b([a-z_]\w*)\s*\(/.exec(line);
    const type = /^(?:struct|enum|union)\s+(\w+)\s*{/.exec(line);
    const name = type?.[1] ?? (line.trimEnd().endsWith(";") ? undefined : function_?.[1]);
    if (name && !found.has(name)) found.set(name, i);
  });
  return found;
}

function linkDefinitions(body: HTMLElement, text: string): void {
  const places = definitions(text);
  const walker = document.createTreeWalker(body, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (!node.parentElement?.closest(".hljs-comment, .hljs-string, .hljs-meta")) nodes.push(node);
  }
  for (const node of nodes) linkWords(node, places, body);
}

function linkWords(node: Text, places: Map<string, number>, body: HTMLElement): void {
  const parts = node.data.split(/\b([A-Za-z_]\w*)\b/);
  if (!parts.some((part, i) => i % 2 && places.has(part))) return;
  node.replaceWith(
    ...parts.map((part, i) => {
      const line = i % 2 ? places.get(part) : undefined;
      return line === undefined ? part : definitionLink(part, line, body);
    }),
  );
}

function definitionLink(name: string, line: number, body: HTMLElement): HTMLElement {
  const link = element("a", { href: "#", tabindex: "-1" }, name);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const pre = body.closest("pre");
    const gutter = pre && find(pre, ".gutter");
    if (pre && gutter) pre.scrollTop = (gutter.offsetHeight / ((gutter.textContent ?? "").split("\n").length || 1)) * line;
  });
  return link;
}
