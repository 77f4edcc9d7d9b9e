// A button beside each line that is there to be copied. Without it, one click selects the line.

import { element } from "./drawing.js";

const SAID_MS = 1500;

export function start() {
  if (!navigator.clipboard) return;
  for (const command of document.querySelectorAll(".command")) {
    const button = element("button", { type: "button", class: "command-copy" }, "Copy");
    button.addEventListener("click", () => copy(command.querySelector(".command-text"), button));
    command.append(button);
  }
}

async function copy(text, button) {
  try {
    await navigator.clipboard.writeText(text.textContent);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(text);
    button.textContent = "Selected";
  }
  setTimeout(() => (button.textContent = "Copy"), SAID_MS);
}
