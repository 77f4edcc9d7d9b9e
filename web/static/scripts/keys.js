// Four keys, and a list of them. They are left alone while somebody types.

import { dialog, element } from "./drawing.js";

const KEYS = {
  "/": { what: "Search", act: search },
  t: { what: "Find a file by its name", act: find, needs: "a[data-find]" },
  y: { what: "Keep this position in the address", act: keep, needs: "a[data-keep]" },
  "?": { what: "Show these keys", act: help },
};

export function listen() {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (isHere(KEYS[event.key])) {
      event.preventDefault();
      KEYS[event.key].act();
    }
  });
  document.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (plain && event.button === 0 && event.target.closest("a[data-find]")) {
      event.preventDefault();
      find();
    }
  });
}

function isTyping(target) {
  return target.isContentEditable || target.matches("input, textarea, select");
}

function isHere(key) {
  return key !== undefined && (!key.needs || document.querySelector(key.needs));
}

function search() {
  const shown = [...document.querySelectorAll("input[type=search]")].find((one) => one.offsetParent);
  if (shown) shown.select();
  else location.assign(document.querySelector("a[data-search]").href);
}

function find() {
  const link = document.querySelector("a[data-find]");
  import("./finder.js")
    .then(({ open }) => open(link.href))
    .catch(() => location.assign(link.href));
}

function keep() {
  const url = new URL(document.querySelector("a[data-keep]").href);
  url.hash = location.hash;
  history.replaceState(null, "", url);
}

function help() {
  const rows = Object.entries(KEYS)
    .filter(([, key]) => isHere(key))
    .map(([name, key]) =>
      element("div", {}, element("dt", {}, element("kbd", { class: "key" }, name)), element("dd", {}, key.what)),
    );
  dialog("Keys", element("dl", { class: "keys" }, ...rows)).showModal();
}
