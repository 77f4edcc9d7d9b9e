"""What a node finds by words."""

from mic.client.connection import Connection
from mic.wire.search import Found


def search(connection: Connection, words: str, scope: str, project: str, page: int = 1) -> Found:
    """Return a page of what has all the words, in one project or, with "", in all."""
    query = {"q": words, "scope": scope, "project": project or None, "page": page}
    return connection.get("/search", Found, query)
