// A file by some letters of its name, also among 50,000: the list comes once, and is searched here.

import { dialog, element } from "./drawing.js";
import { best } from "./fuzzy.js";

const SHOWN = 12;
let lists = new Map();

export async function open(address) {
  const url = new URL(address);
  const input = element("input", {
    class: "input",
    type: "search",
    placeholder: "Some letters of a path",
    "aria-label": "Find a file",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "found",
    autocomplete: "off",
    spellcheck: "false",
  });
  const list = element("ul", { class: "finder-list", id: "found", role: "listbox", "aria-label": "Files" });
  const said = element("p", { class: "soft", role: "status" }, "Reading the list of files …");
  const box = dialog("Find a file", input, said, list);
  box.classList.add("finder");
  box.showModal();
  input.focus();
  try {
    const paths = await listed(url);
    const show = () => draw(list, said, best(paths, input.value, SHOWN), paths.length, url);
    input.addEventListener("input", show);
    input.addEventListener("keydown", (event) => steer(event, list, input));
    show();
  } catch {
    said.replaceChildren("The list did not come. ", element("a", { href: address }, "Find it on a page."));
  }
}

async function listed(url) {
  const source = new URL(url);
  source.pathname = source.pathname.replace(/\/find$/, "/paths");
  if (!lists.has(source.href)) {
    const answer = await fetch(source);
    if (!answer.ok) throw new Error(answer.statusText);
    const text = await answer.text();
    lists.set(source.href, text === "" ? [] : text.split("\n"));
  }
  return lists.get(source.href);
}

function draw(list, said, found, count, url) {
  said.textContent = found.length ? "" : count ? "No file has these letters in this order." : "There are no files yet.";
  list.replaceChildren(...found.map((path, n) => option(path, n, url)));
  choose(list, 0);
}

function option(path, n, url) {
  const link = element("a", { href: leading(path, url), tabindex: "-1" }, path);
  link.dir = "auto";
  return element("li", { role: "option", id: `found-${n}`, "aria-selected": "false" }, link);
}

function leading(path, url) {
  const escaped = path.split("/").map(encodeURIComponent).join("/");
  return url.pathname.replace(/\/find$/, `/blob/${escaped}`) + url.search;
}

function steer(event, list, input) {
  const options = [...list.children];
  const now = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length) {
    event.preventDefault();
    choose(list, (now + step + options.length) % options.length, input);
  } else if (event.key === "Enter" && options[now]) {
    event.preventDefault();
    location.assign(options[now].firstChild.href);
  }
}

function choose(list, chosen) {
  [...list.children].forEach((one, n) => one.setAttribute("aria-selected", String(n === chosen)));
  const input = list.parentElement.querySelector("input");
  if (list.children[chosen]) {
    input.setAttribute("aria-activedescendant", `found-${chosen}`);
    list.children[chosen].scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}
