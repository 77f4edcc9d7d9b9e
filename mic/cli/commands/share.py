"""`mic share`: a directory becomes a project on a node, with its git history if it has one."""

import argparse
import re
from contextlib import suppress
from operator import itemgetter
from pathlib import Path

from mic.cli import histories, landing, receiving, recovering, targets, trust
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.cli.receiving import Incoming
from mic.client import accounts, gits
from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.errors import Conflict, Denied, Invalid, MicFault, Missing
from mic.wire.messages import NewProject, Project, Visibility
from mic.workspace import changes, scan, session
from mic.workspace import manifest as manifests
from mic.workspace.manifest import Manifest
from store import tree
from store.changes import Change

NOTHING = Manifest(server="", account="", project="", project_id="")


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Make the project, land the directory on it, and say what a colleague types."""
    root = _directory(context, given.dir)
    made = landing.making(given.origin, given.model, given.tool)
    known = (root / manifests.FOLDER).exists()
    try:
        with manifests.hold(root):
            if not given.no_history and gits.is_one(root):
                return _shared_with_history(context, root, given, made)
            return _shared(context, root, given, made)
    finally:
        if not known:
            _tidy(root)


def _shared(
    context: Context, root: Path, given: argparse.Namespace, made: landing.Making
) -> Answer:
    """Scan first: what cannot be shared is refused before a project is made for it."""
    fresh = not (root / manifests.FOLDER / manifests.NAME).exists()
    if not fresh and (shared := _shared_before(context, root)):
        return shared
    scanned = scan.scan(root, NOTHING)
    project, remote, space = _begun(context, root, given)
    for path, why in scanned.skipped:
        context.console.warn(f"{path} was left out: {why}.")
    position = 0
    if scanned.items:
        goal = f"Share {project.name or project.handle}"
        position = _landed(context, remote, space, scanned, made, project, goal, fresh=fresh)
    return _answer(project, remote, position, len(scanned.items))


def _shared_with_history(
    context: Context, root: Path, given: argparse.Namespace, made: landing.Making
) -> Answer:
    """Bring the history first; what is not committed stays here, or lands behind it."""
    try:
        repository = gits.opened(root)
    except MicFault as fault:
        fault.hint += "; or share the files alone with --no-history"
        raise
    scan.scan(root, NOTHING)
    project, remote, space = _begun_with(context, root, given, repository)
    for line in histories.send(context, remote, repository):
        context.console.warn(line)
    landings = gits.counted(repository)
    gits.exclude(root, manifests.FOLDER)
    if space.manifest.position is None:
        space = targets.Workspace(root, _adopted(remote, space, project, landings))
    scanned = scan.scan(root, space.manifest)
    position, left = space.manifest.position or 0, len(scanned.items)
    if scanned.is_refreshed:
        space = targets.Workspace(root, manifests.save(root, scanned.manifest))
    if scanned.items and given.dirty:
        goal = "What was not committed yet"
        position = _landed(context, remote, space, scanned, made, project, goal, fresh=False)
        left = 0
    history = plural(landings, "commit with its id", "commits with their ids") + ", "
    files = len(manifests.load(root).entries)  # a landing has just written it anew
    answer = _answer(project, remote, position, files, history)
    came = {"landings": landings, "commit": repository.tip, "uncommitted": left}
    return answer._replace(data=answer.data | came, note=_left(left))


def _left(count: int) -> str:
    if not count:
        return ""
    which = "1 file differs" if count == 1 else f"{count:,} files differ"
    return f"{which} from the last commit and stayed here: see `mic status`, land with `mic land`."


def _begun_with(
    context: Context, root: Path, given: argparse.Namespace, repository: gits.Repository
) -> tuple[Project, Remote, targets.Workspace]:
    """Return project, remote and workspace, made now or left by a share that broke off."""
    try:
        manifest = manifests.load(root)
    except Missing:
        return _begin(context, root, given, repository)
    space = targets.Workspace(root, manifest)
    remote = space.remote(context)
    context.need_token(remote.connection)
    if not histories.may_take(context, remote, repository):
        raise _is_workspace(root, remote)
    return remote.project(), remote, space


def _adopted(remote: Remote, space: targets.Workspace, project: Project, position: int) -> Manifest:
    """Let the directory be a workspace at a position, without touching its files."""
    held = trust.held(remote, project.id, position)
    incoming = Incoming(remote, held.position)
    incoming.receive_tree()
    files = receiving.all_of(tree.walk(held.tree, incoming.node), itemgetter(0))
    came = [Change(path, None, entry) for path, entry in files]
    full = changes.adopt(
        space.manifest, came, {}, position=held.position, tree=held.tree, record=held.record
    )
    return manifests.save(space.root, full)


def _shared_before(context: Context, root: Path) -> Answer | None:
    """Return the answer to a share that broke off, if it has landed."""
    space, before = recovering.recover(context, targets.Workspace(root, manifests.load(root)))
    if before is None:
        return None
    remote = space.remote(context)
    position, files = before.landed.position, len(before.sent.lines)
    return _answer(remote.project(), remote, position, files)


def _tidy(root: Path) -> None:
    """Leave nothing behind in a directory that did not become a workspace."""
    folder = root / manifests.FOLDER
    if not (folder / manifests.NAME).exists():
        (folder / "lock").unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()


def _landed(
    context: Context,
    remote: Remote,
    space: targets.Workspace,
    scanned: scan.Scan,
    made: landing.Making,
    project: Project,
    goal: str,
    *,
    fresh: bool,
) -> int:
    said = session.LocalSession(
        id=session.new_id(),
        goal=goal,
        account=project.account,
        project=project.handle,
        server=remote.connection.url,
        base=space.manifest.position or 0,
        origin=made.origin,
        model=made.model,
        started_at=context.now(),
        conversation=(),
        decisions=(),
    )
    outcome = landing.land(context, remote, space, scanned.items, said, made, fresh=fresh)
    recovering.settle(context, remote, space, outcome.sent, outcome.landed)
    return outcome.landed.position


def _directory(context: Context, given: str | None) -> Path:
    root = (context.cwd / (given or ".")).resolve()
    if not root.exists():
        raise Missing(f"{given} was not shared: there is no such directory.", code="share.missing")
    if not root.is_dir():
        raise Invalid(f"{given} was not shared: it is not a directory.", code="share.not-directory")
    return root


def _begun(
    context: Context, root: Path, given: argparse.Namespace
) -> tuple[Project, Remote, targets.Workspace]:
    """Return project, remote and workspace, made now or left by a share that broke off."""
    try:
        manifest = manifests.load(root)
    except Missing:
        return _begin(context, root, given)
    space = targets.Workspace(root, manifest)
    remote = space.remote(context)
    if manifest.position is not None or remote.head().position:
        raise _is_workspace(root, remote)
    context.need_token(remote.connection)
    return remote.project(), remote, space


def _is_workspace(root: Path, remote: Remote) -> Conflict:
    return Conflict(
        f"{root} was not shared: it is a workspace of {remote.name} already.",
        code="workspace.exists",
        hint="Run `mic sync` to take in what has landed, and `mic land GOAL` to add to it.",
        path=str(root),
    )


def _begin(
    context: Context,
    root: Path,
    given: argparse.Namespace,
    repository: gits.Repository | None = None,
) -> tuple[Project, Remote, targets.Workspace]:
    name = given.name or root.name
    handle = handle_from(name)
    connection = context.connect()
    context.need_token(connection)
    account = given.account or account_of(context, connection)
    new = NewProject(handle=handle, name=name[:200], visibility=visibility(given))
    if repository:
        project = histories.project_for(context, connection, account, new, repository)
    else:
        project = _project(connection, account, new)
    manifest = _manifest(root, connection, project)
    remote = Remote(connection, project.account, project.handle)
    return project, remote, targets.Workspace(root, manifest)


def account_of(context: Context, connection: Connection) -> str:
    """Return whose token it is that we have."""
    kept = None if context.token else context.home.token(connection.url)
    handle = kept.handle if kept and kept.handle else accounts.whoami(connection).handle
    if handle is None:
        raise Denied(f"{connection.url} does not know this token.", code="auth.bad-token")
    return handle


def visibility(given: argparse.Namespace) -> Visibility:
    """Return who may see what is made."""
    return "private" if given.private else "public"


def _project(connection: Connection, account: str, new: NewProject) -> Project:
    try:
        return accounts.create_project(connection, account, new)
    except Conflict as taken:
        remote = Remote(connection, account, new.handle)
        project = remote.project()
        if remote.head().position == 0 and project.visibility == new.visibility:
            return project
        taken.hint = "Choose another one with --name NAME"
        raise


def _manifest(root: Path, connection: Connection, project: Project) -> Manifest:
    return manifests.create(
        root,
        server=connection.url,
        account=project.account,
        project=project.handle,
        project_id=project.id,
    )


def handle_from(name: str) -> str:
    """Return the handle that a project called `name` gets; raises `Invalid` if none is in it."""
    handle = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:100].strip("-")
    if not handle:
        raise Invalid(
            f"{name!r} has no letter or digit to make a handle of.",
            code="share.no-handle",
            hint="Give one with --name NAME",
        )
    return handle


def _answer(
    project: Project, remote: Remote, position: int, files: int, history: str = ""
) -> Answer:
    where = f"{remote.connection.url}/{remote.name}"
    public = project.visibility == "public"
    whom = "anybody who reaches the node may read it" if public else "only you may see it"
    more = " (share with --private to keep one to yourself)" if public else ""
    text = (
        f"Shared {remote.name}: {history}{plural(files, 'file')}, position {position}.\n"
        f"It is {project.visibility}: {whom}{more}.\n\n"
        f"  {project.page}\n\n"
        f"To work on it elsewhere:\n\n"
        f"  mic clone {where}\n\n"
        f"From any node that holds it, wherever it is by then:\n\n"
        f"  mic clone {project.id}\n"
    )
    data = {
        "id": project.id,
        "project": remote.name,
        "url": project.page,
        "position": position,
        "visibility": project.visibility,
        "files": files,
        "clone": where,
        "landings": None,
        "commit": None,
        "uncommitted": 0,
    }
    return Answer(data, text)
