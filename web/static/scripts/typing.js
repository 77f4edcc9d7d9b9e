// A form that answers while somebody types: `data-typing` names the part of the page that changes.

const PAUSE_MS = 150;

export function start() {
  for (const form of document.querySelectorAll("form[data-typing]")) {
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => show(form), PAUSE_MS);
    });
  }
}

async function show(form) {
  const url = new URL(form.action);
  url.search = new URLSearchParams(new FormData(form));
  const wanted = (form.dataset.asked = url.href);
  const answer = await fetch(url, { headers: { Accept: "text/html" } });
  if (!answer.ok || form.dataset.asked !== wanted) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(form.dataset.typing);
  if (!fresh) return;
  document.getElementById(form.dataset.typing).replaceWith(document.adoptNode(fresh));
  history.replaceState(null, "", url);
}
