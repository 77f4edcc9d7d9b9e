// Parts of a page that follow what happens: the page is asked for again, and the parts of it that
// carry an id and `data-live` (an address that tells of events) or `data-refresh` (seconds) are
// put in the place of the old ones. So a page is drawn in one place only, by the node.

const CALM_MS = 400;
let isAsking = false;
let isOwed = false;

export function start() {
  const sources = new Set([...document.querySelectorAll("[data-live]")].map((one) => one.dataset.live));
  for (const source of sources) follow(source);
  wait();
}

// The browser comes back by itself when the connection breaks, and says what it heard last.
function follow(source) {
  const events = new EventSource(source);
  events.addEventListener("change", () => setTimeout(renew, CALM_MS));
  addEventListener("pagehide", () => events.close());
  addEventListener("pageshow", (event) => event.persisted && follow(source), { once: true });
}

function wait() {
  const part = document.querySelector("[data-refresh]");
  if (part) setTimeout(() => renew().then(wait), 1000 * Number(part.dataset.refresh));
}

async function renew() {
  if (isAsking) {
    isOwed = true;
    return;
  }
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch {
    // The node is away: the next event, or the next look, brings what is new.
  } finally {
    isAsking = false;
  }
  if (isOwed) {
    isOwed = false;
    await renew();
  }
}

function replace(page) {
  for (const old of document.querySelectorAll("[data-live][id], [data-refresh][id]")) {
    const fresh = page.getElementById(old.id);
    const isInUse = old.contains(document.activeElement);
    if (fresh && !isInUse && fresh.outerHTML !== old.outerHTML) old.replaceWith(document.adoptNode(fresh));
  }
}
