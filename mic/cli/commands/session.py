"""`mic session`: work with a goal, notes and decisions, that lands as one."""

import argparse
from collections.abc import Callable

from mic.cli import landing, moving, recovering, resolving, syncing, targets, working
from mic.cli.answers import Answer, plural, when
from mic.cli.context import Context
from mic.cli.names import quoted
from mic.cli.targets import Workspace
from mic.client.addresses import FILE
from mic.client.remote import Remote
from mic.errors import Conflict, Denied, Invalid, Missing, Unreachable
from mic.wire import messages
from mic.workspace import manifest as manifests
from mic.workspace import scan, touched
from mic.workspace import session as sessions
from mic.workspace.session import LocalSession

CHOOSE = "Or choose a side, for all or for some: mic session resolve [PATH...] -s ours|theirs"


def start(context: Context, given: argparse.Namespace) -> Answer:
    """Begin a session in this workspace, and tell the node."""
    made = landing.making(given.origin, given.model, given.tool)
    space = targets.workspace(context)
    goal = landing.check_goal(_goal(context, space, given.goal))
    session = LocalSession(
        id=sessions.new_id(),
        goal=goal,
        server=space.manifest.server,
        account=space.manifest.account,
        project=space.manifest.project,
        base=space.manifest.position,
        started_at=context.now(),
        origin=made.origin,
        model=made.model,
    )
    with manifests.hold(space.root):
        sessions.start(space.root, session)
    asked = messages.StartSession(
        id=session.id,
        goal=goal,
        base=session.base or 0,
        origin=made.origin,
        model=made.model,
    )
    _tell(context, space, lambda remote: remote.start_session(asked))
    data = {"id": session.id, "goal": goal, "base": session.base or 0}
    return Answer(data, f"Session {session.id} is under way: {goal}")


def status(context: Context, _given: argparse.Namespace) -> Answer:
    """Show the session that is under way and the files that it has changed."""
    space = targets.workspace(context)
    session = sessions.load(space.root)
    items = scan.scan(space.root, space.manifest).items
    data = {
        "id": session.id,
        "goal": session.goal,
        "project": space.name,
        "base": session.base or 0,
        "started_at": session.started_at,
        "conversation": session.conversation,
        "decisions": session.decisions,
        "changes": [{"change": item.letter, "path": item.path} for item in items],
        "files": touched.files(items),
        "bloom": touched.bloom(items),
    }
    lines = [
        f"session   {session.id}",
        f"goal      {session.goal}",
        f"project   {data['project']}, from position {session.base or 0}",
        f"started   {when(session.started_at)}",
        *(f"{said.role}: {said.text}" for said in session.conversation),
        *(f"decided: {made.text} (because: {made.why})" for made in session.decisions),
        *(f"{item.letter} {quoted(item.path)}" for item in items),
    ]
    return Answer(data, "\n".join(lines))


def note(context: Context, given: argparse.Namespace) -> Answer:
    """Add a message to the conversation."""
    space, at, role = targets.workspace(context), context.now(), _role(given.role)
    with manifests.hold(space.root):
        session = sessions.note(space.root, role, given.message, at)
    said = messages.Message(role, given.message, at)
    _tell(context, space, lambda remote: remote.note(session.id, said))
    data = {"id": session.id, "notes": len(session.conversation)}
    return Answer(data, f"Noted: {plural(len(session.conversation), 'note')} in the session.")


def decide(context: Context, given: argparse.Namespace) -> Answer:
    """Add a decision and its reason."""
    if not given.why:
        raise Invalid(
            "A decision needs its reason.",
            code="usage",
            hint='mic session decision "What" --why "Because"',
        )
    space, at = targets.workspace(context), context.now()
    with manifests.hold(space.root):
        session = sessions.decide(space.root, given.text, given.why, at)
    taken = messages.Decision(given.text, given.why, at)
    _tell(context, space, lambda remote: remote.decide(session.id, taken))
    data = {"id": session.id, "decisions": len(session.decisions)}
    return Answer(data, f"Kept: {plural(len(session.decisions), 'decision')} in the session.")


def land(context: Context, given: argparse.Namespace) -> Answer:
    """Land the session with everything said and decided in it."""
    root = targets.workspace(context).root
    with manifests.hold(root):
        active = sessions.find(root)
        space, before = recovering.recover(context, targets.workspace(context))
        if active and before and active.id == before.sent.session:
            return working.answer(space, before)
        return _landed(context, space, given)


def abandon(context: Context, _given: argparse.Namespace) -> Answer:
    """Give the session up; the files stay as they are."""
    space = targets.workspace(context)
    with manifests.hold(space.root):
        session = sessions.load(space.root)
        _tell(context, space, lambda remote: remote.abandon(session.id))
        sessions.end(space.root)
    return Answer({"id": session.id, "abandoned": True}, f"Gave up session {session.id}")


def resolve(context: Context, given: argparse.Namespace) -> Answer:
    """Settle the conflicts that keep the session from landing, then land it."""
    root = targets.workspace(context).root
    with manifests.hold(root):
        active = sessions.load(root)
        space, before = recovering.recover(context, targets.workspace(context))
        if before and active.id == before.sent.session:
            return working.answer(space, before)
        settled = _settled(context, space, given)
        answer = _landed_over(context, space, given)
    done = f"Settled {plural(len(settled), 'conflict')}.\n" if settled else ""
    return Answer({**answer.data, "settled": settled}, f"{done}{answer.text!s}")


def _settled(context: Context, space: Workspace, given: argparse.Namespace) -> list[str]:
    """Settle what is asked for; raises `Conflict` while anything is left."""
    remote, paths = space.remote(context), resolving.chosen(context, space, given.paths)
    settled: list[str] = []
    if given.strategy in {"ours", "theirs"}:
        settled = resolving.settle(remote, space, given.strategy, paths)
    elif context.console.is_terminal:
        settled = resolving.ask(context, remote, space, paths)
    resolving.need_none(space.root, CHOOSE)
    return settled


def _landed_over(context: Context, space: Workspace, given: argparse.Namespace) -> Answer:
    """Land; where others have landed on the same paths meanwhile, bring that in first."""
    try:
        return _landed(context, space, given)
    except Conflict as fault:
        if fault.code != "landing.paths-moved" or given.paths:
            raise
    strategy: syncing.Strategy = given.strategy or "interactive"
    synced = syncing.sync(context, space.remote(context), space, strategy)
    if synced.unresolved:
        raise resolving.unresolved(synced.unresolved, CHOOSE)
    return _landed(context, targets.workspace(context), given)


def _landed(context: Context, space: Workspace, given: argparse.Namespace) -> Answer:
    session = sessions.load(space.root)
    made = landing.making(
        given.origin or (None if given.model else session.origin),
        given.model or session.model,
        given.tool,
    )
    return working.land(context, space, session, made)


def _goal(context: Context, space: Workspace, words: list[str]) -> str:
    """Return the goal; the project before it, if named, must be this workspace's."""
    *named, goal = words
    if not named:
        return goal
    if len(named) > 2:
        raise Invalid("Put the goal in quotes.", code="usage", hint='mic session start "A goal"')
    address = context.address("/".join(named))
    ours = space.manifest
    theirs, name = f"{address.account}/{address.project}", f"{ours.account}/{ours.project}"
    if theirs.lower() != name.lower():
        raise Conflict(
            f"This is a workspace of {name}, not of {address}.",
            code="session.other-project",
            hint="Start the session in a workspace of that project, or leave out its name.",
        )
    return goal


def _role(given: str | None) -> messages.Role:
    return "agent" if given == "agent" else "human"


def _tell(context: Context, space: Workspace, act: Callable[[Remote], object]) -> None:
    """Let the node know, if it can: what counts is kept here, and travels with the landing."""
    if space.manifest.server.startswith(FILE):
        return
    try:
        _followed(context, space, act)
    except (Unreachable, Denied, Missing, Conflict) as fault:
        context.console.warn(f"The node was not told: {fault.message}")


def _followed(context: Context, space: Workspace, act: Callable[[Remote], object]) -> None:
    try:
        act(space.remote(context))
    except Conflict as fault:
        if not moving.follow(context, fault):
            raise
        act(targets.workspace(context).remote(context))
