// Ranges of lines: `#L10-L20` in the address marks them, a click with Shift makes such an address.

const RANGE = /^#L(\d{1,7})-L(\d{1,7})$/;
const MOST = 20_000;

export function start() {
  addEventListener("hashchange", mark);
  document.addEventListener("click", (event) => {
    const number = event.target.closest(".code-no");
    const first = /^#L(\d{1,7})/.exec(location.hash);
    if (!number || !event.shiftKey || !first) return;
    event.preventDefault();
    const ends = [Number(first[1]), Number(number.dataset.n)].sort((a, b) => a - b);
    location.hash = `L${ends[0]}-L${ends[1]}`;
  });
  mark();
}

function mark() {
  for (const line of document.querySelectorAll(".code-line.is-marked")) line.classList.remove("is-marked");
  const range = RANGE.exec(location.hash);
  if (!range) return;
  const [from, to] = [Number(range[1]), Math.min(Number(range[2]), Number(range[1]) + MOST)];
  for (let n = from; n <= to; n += 1) document.getElementById(`L${n}`)?.classList.add("is-marked");
  document.getElementById(`L${from}`)?.scrollIntoView({ block: "center" });
}
