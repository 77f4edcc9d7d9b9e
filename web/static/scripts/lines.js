// Ranges of lines: a click on a number with Shift makes an address that marks them, `?lines=10-20`,
// which the node marks by itself for whoever comes by that address.

const LINE = /^#L(\d{1,7})$/;

export function start() {
  document.addEventListener("click", (event) => {
    const number = event.target.closest(".code-no");
    const first = LINE.exec(location.hash);
    if (!number || !event.shiftKey || !first) return;
    event.preventDefault();
    const [from, to] = [Number(first[1]), Number(number.dataset.n)].sort((a, b) => a - b);
    const url = new URL(location.href);
    url.searchParams.set("lines", `${from}-${to}`);
    url.hash = `L${from}`;
    history.replaceState(null, "", url);
    mark(from, to);
  });
}

function mark(from, to) {
  for (const line of document.querySelectorAll(".code-line")) {
    const n = Number(line.firstElementChild.dataset.n);
    line.classList.toggle("is-marked", n >= from && n <= to);
  }
}
