"""What one can do with the index: ask it. Whoever asks finds, and counts, what they may see."""

from collections import Counter
from dataclasses import dataclass

from node.access import scopes
from node.forks import origins
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.projects import identity
from node.replication import peering
from node.search import rows, rules
from node.search.model import (
    NOTHING,
    FileHit,
    PeerHit,
    ProjectHit,
    Question,
    ReasonHit,
    Results,
    Scope,
)
from node.sessions import verbs as sessions
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault

PAGE = 20
FEW = {Scope.PROJECTS: 5, Scope.REASONS: 8, Scope.CODE: 8}
"""How many of each are shown where everything is searched."""

MOST_PEERS = 20
PAGES = 50


@dataclass(frozen=True, slots=True)
class _Made:
    """Of what somebody made: its title, who they are, where it comes from and when it was."""

    title: str
    by: str
    is_account: bool
    origin: str
    at: int


async def search(
    forge: Forge, who: Party, asked: Question, scope: Scope = Scope.ALL, page: int = 1
) -> Results:
    """Return what `who` may see that has all the words, best first, `PAGE` to a page."""
    if asked.is_empty:
        return NOTHING
    page = min(max(page, 1), PAGES)
    return await forge.db.read(lambda tx: _search(forge, tx, who, asked, scope, page))


def _search(forge: Forge, tx: Tx, who: Party, asked: Question, scope: Scope, page: int) -> Results:
    given: dict[str, object] = {
        "match": asked.match,
        "account": _account(who),
        "only": who.only,
        "project": asked.project,
        "path": asked.path,
        "author": asked.author,
        "origins": f" {' '.join(asked.origins)} " if asked.origins else "",
        "offset": (page - 1) * PAGE if scope is not Scope.ALL else 0,
    }
    known = _peers(tx, who, asked)
    shares = {one: rows.counts(tx, one.value, given) for one in FEW}
    counts = {one: sum(share.values()) for one, share in shares.items()}
    counts |= {Scope.PEERS: len(known), Scope.ALL: sum(counts.values()) + len(known)}
    wanted = {one: few for one, few in FEW.items() if scope is Scope.ALL}
    wanted |= {scope: PAGE} if scope is not Scope.ALL else {}
    limits = {one: given | {"limit": limit} for one, limit in wanted.items()}
    return Results(
        projects=_projects(tx, asked, limits.get(Scope.PROJECTS)),
        files=_files(forge, tx, asked, limits.get(Scope.CODE), is_first=page == 1),
        reasons=_reasons(tx, asked, limits.get(Scope.REASONS)),
        counts=counts,
        peers=known[:MOST_PEERS] if scope in {Scope.ALL, Scope.PEERS} else (),
        where=_where(shares, scope),
        has_more=scope is not Scope.ALL and counts[scope] > page * PAGE and page < PAGES,
    )


def _where(shares: dict[Scope, dict[str, int]], scope: Scope) -> tuple[tuple[str, int], ...]:
    """Return which projects have how many hits of a scope, those with most first."""
    found: Counter[str] = Counter()
    for one, share in shares.items():
        if scope in {Scope.ALL, one}:
            found.update(share)
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _peers(tx: Tx, who: Party, asked: Question) -> tuple[PeerHit, ...]:
    """Return the nodes that have all the words, for who may see the nodes that are known."""
    narrowed = asked.project or asked.path or asked.author or asked.origins
    if narrowed or not who.is_admin:
        return ()
    hits = []
    for peer in peering.everything(tx):
        where = " ".join(filter(None, (peer.url, peer.did, *peer.addresses)))
        if rules.has_all(f"{peer.name} {where}", asked.words):
            place = rules.excerpt(where, asked.words)
            name = rules.marked(peer.title, asked.words)
            hits.append(PeerHit(name, place, peer.url or "", peer.seen_at))
    return tuple(hits)


def _account(who: Party) -> int | None:
    """Return whose private projects are searched: nobody's, with a token that may not read them."""
    return who.account if scopes.covers(who.scopes, {scopes.PROJECT_READ}) else None


def _projects(tx: Tx, asked: Question, given: dict[str, object] | None) -> tuple[ProjectHit, ...]:
    found = rows.projects(tx, given) if given else []
    return tuple(
        ProjectHit(address, rules.marked(address, asked.words), rules.excerpt(about, asked.words))
        for address, _, about in found
    )


def _files(
    forge: Forge, tx: Tx, asked: Question, given: dict[str, object] | None, *, is_first: bool
) -> tuple[FileHit, ...]:
    """Return files by their path, where the first page has room for some, then by their content."""
    if given is None:
        return ()
    by_path = rows.paths(tx, given | {"limit": 3}) if is_first else []
    named = {(key, path) for _, key, path, _ in by_path}
    by_text = [one for one in rows.code(tx, given) if (one[1], one[2]) not in named]
    heights: dict[int, int] = {}
    return tuple(_file(forge, tx, asked, one, heights) for one in [*by_path, *by_text])


def _file(
    forge: Forge,
    tx: Tx,
    asked: Question,
    found: tuple[str, int, str, bytes | None],
    heights: dict[int, int],
) -> FileHit:
    address, key, path, digest = found
    if key not in heights:
        heights[key] = reading.height(tx, key)
    text = _text(forge, tx, Digest(digest)) if digest else ""
    lines, count = rules.lines(text, asked.words)
    return FileHit(address, heights[key], rules.marked(path, asked.words), path, lines, count)


def _text(forge: Forge, tx: Tx, digest: Digest) -> str:
    try:
        return rules.searchable(forge.objects.get(tx, digest)) or ""
    except StoreFault:
        return ""


def _reasons(tx: Tx, asked: Question, given: dict[str, object] | None) -> tuple[ReasonHit, ...]:
    found = rows.reasons(tx, given) if given else []
    here = {key for key in {one[1] for one in found} if _is_of_here(tx, key)}
    hits = (_reason(tx, asked, here, *one) for one in found)
    return tuple(hit for hit in hits if hit is not None)


def _is_of_here(tx: Tx, key: int) -> bool:
    project = identity.of_key(tx, key)
    return project is not None and origins.is_of_here(tx, project)


def _reason(
    tx: Tx,
    asked: Question,
    here: set[int],
    address: str,
    key: int,
    position: int | None,
    session: str | None,
    goal: str,
    decided: str,
    said: str,
) -> ReasonHit | None:
    made = _made(tx, key, position, session)
    if made is None:
        return None  # It is there no longer, and the index has not heard of that yet.
    kind, text = _told(asked, goal, decided, said)
    return ReasonHit(
        address=address,
        position=position,
        session=session or "",
        title=rules.marked(made.title, asked.words),
        kind=kind,
        text=rules.excerpt(text, asked.words) if text else (),
        author=made.by,
        is_account=made.is_account and key in here,
        origin=made.origin,
        made_at=made.at,
    )


def _made(tx: Tx, key: int, position: int | None, session: str | None) -> _Made | None:
    """Return of a landing, or else of a session, what is shown beside its words."""
    if position is not None:
        there = reading.between(tx, key, position, position)
        if not there or there[0].position != position:
            return None
        one = there[0]
        is_account = one.imported is None and one.carried is None
        return _Made(one.title, one.by, is_account, one.origin, one.made_at)
    said = sessions.said(tx, key, session or "")
    if said is None:
        return None
    return _Made(said.title, said.author_handle, True, said.origin, said.started_at)


def _told(asked: Question, goal: str, decided: str, said: str) -> tuple[str, str]:
    """Return where the words are, and the text around them: what is decided before what is said."""
    for kind, text in (("decision", decided), ("goal", goal.partition("\n")[2]), ("talk", said)):
        if text and any(matches for _, matches in rules.marked(text, asked.words)):
            return kind, text
    return "goal", ""
