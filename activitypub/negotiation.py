"""Which form of an actor is asked for (RFC 9110 12.5.1): the document, or the page for people."""

from activitypub.vocabulary import JSON, LINKED, LINKED_PROFILE

PAGE = "text/html"
_ANYTHING = ("*/*", "application/*")


def wants_page(accept: str) -> bool:
    """Whether a browser asks: it names pages, and nothing that the document is with more weight."""
    wanted = _weights(accept)
    return wanted.get(PAGE, 0.0) > max(wanted.get(JSON, 0.0), wanted.get(LINKED, 0.0))


def kind(accept: str) -> str:
    """Return the kind of the document to answer with: both are the same bytes."""
    wanted = _weights(accept)
    plain = max(wanted.get(one, 0.0) for one in (JSON, *_ANYTHING))
    return LINKED_PROFILE if wanted.get(LINKED, 0.0) > plain else JSON


def _weights(accept: str) -> dict[str, float]:
    """Return the weight of each kind that is named; one that cannot be read counts nothing."""
    found: dict[str, float] = {}
    for part in accept.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        weights = [one.removeprefix("q=") for one in parameters if one.startswith("q=")]
        found[name] = _weight(weights[0]) if weights else 1.0
    return found


def _weight(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0.0 <= value <= 1.0 else 0.0
