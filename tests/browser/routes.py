"""The pages of the table of routes, for tests that look at each of them."""

import re

from web.areas_table import ROUTES

FILES = re.compile(
    r"/(raw|archive|live|paths|export\.zip|badge\.svg)\b|[./](md|txt|xml|json|atom|rss|svg|webp)$|/docs/images/"
)
"""What is no page: a file, a stream, a picture."""
LEAD_ELSEWHERE = {
    "/terms",
    "/privacy",
    "/cookies",
    "/impressum",
    "/settings/tokens",
    "/docs/{shelf}",
    "/{account}/{project}/tree",
    "/{account}/{project}/settings/import",
    "/projects/{account}/{project}",
    "/projects/{account}/{project}/edit",
    "/projects/{account}/{project}/sessions",
    "/projects/{account}/{project}/sessions/{session}",
    "/{account}/{project}/@{position}",
}
"""Addresses that only lead on to a page."""
UNGUESSED = {
    "/sign-in/{token}": "",
    "/invite/{token}": "",
    "/{account}/{project}/import/{id}": "wren",
}
"""Addresses with a secret or an id, and who may look; `grounds` makes them."""
OWN = re.compile(
    r"^/(account|organizations|invitations|deleted|projects|notifications|feed|device)|"
    r"/(settings|fork|sync)\b"
)
WIDE = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth;
  const parts = [...document.querySelectorAll("main *")].filter((one) =>
    one.getBoundingClientRect().right > innerWidth + 1 &&
    !one.closest(".tabs, .activity-frame, .home-art, .table-frame, pre, .unseen, .prose table"));
  return wide ? parts.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) : [];
}"""
"""What sticks out of a page that is wider than its window."""


def plain(path):
    return re.sub(r"\{(\w+):[^}]*\}(?:\})?", r"{\1}", path)


ADDRESSES = [plain(route.path) for route in ROUTES if route.method == "GET"]
