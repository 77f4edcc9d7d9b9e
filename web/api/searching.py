"""What has all the words, of what the asker may see."""

from node.search import rules
from node.search import verbs as searching
from node.search.model import FileHit, Pieces, Scope
from web.api import contents
from web.api.model import Asked, Reply
from web.api.projects import page_number


async def search(asked: Asked) -> Reply:
    """Search projects, code and reasons; every word must be there."""
    query, page = asked.query, page_number(asked.query.cursor)
    wanted = rules.question(query.q, query.project)
    found = await searching.search(asked.forge, asked.who, wanted, Scope(query.scope), page)
    following = str(page + 1) if found.has_more else None
    projects = [
        contents.ProjectHit(one.address, _text(one.name), _text(one.about))
        for one in found.projects
    ]
    reasons = [
        contents.ReasonHit(
            project=one.address,
            position=one.position,
            session=one.session,
            goal=_text(one.title),
            kind=one.kind,
            text=_text(one.text),
            author=one.author,
        )
        for one in found.reasons
    ]
    files = [_file(one) for one in found.files]
    return Reply(contents.Found(projects, files, reasons, following), following)


def _file(one: FileHit) -> contents.FileHit:
    lines = [contents.LineHit(line.number, _text(line.text)) for line in one.lines]
    return contents.FileHit(one.address, one.position, one.plain_path, lines, one.count)


def _text(pieces: Pieces) -> str:
    return "".join(piece for piece, _ in pieces)
