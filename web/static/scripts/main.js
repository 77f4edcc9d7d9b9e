// What quickens a page. Nothing here is needed: every page is whole without it.

import { listen } from "./keys.js";

const PARTS = [
  ["[data-live], [data-refresh]", "./live.js"],
  ["form[data-typing]", "./typing.js"],
  [".command", "./copy.js"],
  [".code-line", "./lines.js"],
  [".tabs > [aria-current]", "./tabs.js"],
];

listen();
for (const [selector, module] of PARTS) {
  if (document.querySelector(selector)) import(module).then(({ start }) => start());
}
