// Elements made of text and attributes only: nothing here reads HTML.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// A dialog under a heading; it leaves the page when it is closed.
export function dialog(title, ...children) {
  const close = element("button", { class: "button button-quiet" }, "Close");
  const heading = element("h2", { id: "dialog-title" }, title);
  const head = element("form", { method: "dialog", class: "dialog-head" }, heading, close);
  const made = element("dialog", { class: "dialog", "aria-labelledby": "dialog-title" }, head, ...children);
  made.addEventListener("close", () => made.remove());
  made.addEventListener("click", (event) => event.target === made && made.close());
  document.body.append(made);
  return made;
}
