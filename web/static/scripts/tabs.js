// A row of tabs that is wider than the screen is moved until the chosen one is seen.

export function start() {
  for (const chosen of document.querySelectorAll(".tabs > [aria-current]")) {
    const row = chosen.parentElement;
    row.scrollLeft = chosen.offsetLeft - row.offsetLeft - (row.clientWidth - chosen.offsetWidth) / 2;
  }
}
