"""`mic verify`: the whole log, checked on this machine.

What the node sent is kept in the workspace, so that a later check asks only for what is new, and
so that `--offline` needs no node at all. Nothing that is kept is believed: it is checked again.
"""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from keys.statements import equivocation
from keys.statements.equivocation import Equivocation
from mic.cli import keeping, targets
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.cli.progress import Progress, amount
from mic.client import download
from mic.client.addresses import FILE
from mic.client.remote import Remote
from mic.errors import Conflict, Invalid, Missing
from mic.workspace.files import replace_file
from mic.workspace.manifest import FOLDER, Manifest
from mic.workspace.verify import Report, Unverified, Verifier
from store.errors import StoreFault
from store.records import Record


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Check every landing from the first; raises `Conflict` at the first that does not hold."""
    if given.offline and not given.project:
        return _offline(targets.workspace(context))
    target = targets.target(context, given.project, 0)
    space = target.workspace
    if target.remote.connection.url.startswith(FILE):
        return _bundled(context, target.remote, space)
    if space is None:
        if given.offline:
            raise Invalid("Only a workspace can be verified offline.", code="verify.no-workspace")
        return _answer(_streamed(context, target.remote))
    log = keeping.Log(space.root)
    held = log.last
    _bring(context, target.remote, log)
    return _checked(space, log, held)


def _offline(space: targets.Workspace) -> Answer:
    log = keeping.Log(space.root)
    return _checked(space, log, log.last)


def _checked(space: targets.Workspace, log: keeping.Log, held: int) -> Answer:
    """Check the kept log; what came behind `held` and does not hold is set aside."""
    try:
        report = _kept(log, space.manifest)
    except Conflict:
        log.set_aside(held)
        raise
    _check_equivocation(space.root, report.equivocation)
    _check_workspace(report, space.manifest)
    return _answer(report)


def _bundled(context: Context, remote: Remote, space: targets.Workspace | None) -> Answer:
    """Check every byte of a bundle, whose log was checked when it was opened."""
    from mic.cli import bundles

    found = bundles.evidence_in(remote.connection)
    assert found is not None  # a file:// is a bundle
    with context.console.progress("Verifying") as bar:
        objects, size = found.check_contents(bar)
    root, manifest = bundles.here(context.cwd)
    if root and manifest and manifest.project_id == found.id:
        _check_equivocation(root, bundles.compared(found, manifest.record))
    if space is not None:
        bundles.keep_log(space.root, found)
        _check_workspace(found.report, space.manifest)
    answer = _answer(found.report)
    told = {"first": found.first, "objects": objects, "bytes": size, "bundled_by": found.maker}
    text = f"{answer.text!s}\n{plural(objects, 'object')} of its contents, {amount(size)}: whole"
    return Answer(answer.data | told, text)


def _streamed(context: Context, remote: Remote) -> Report:
    """Check the log as it arrives, and keep nothing."""
    newest = remote.head()
    verifier = Verifier(remote.documents(), remote.project().id, newest.record)
    if head := newest.position:
        with context.console.progress("Verifying") as bar:
            for record in download.log_records(remote, 1, head):
                verifier.accept(download.verified(record, remote))
                bar(1, record.raw_length)
    return verifier.finish()


def _bring(context: Context, remote: Remote, log: keeping.Log) -> None:
    """Keep what has landed since the last check."""
    log.keep_documents(remote.documents())
    first, last = log.last + 1, remote.head().position
    if first > last:
        return
    with context.console.progress("Receiving") as bar:
        log.keep(first, last, _counted(download.log_records(remote, first, last), bar))


def _counted(records: Iterable[Record], bar: Progress) -> Iterator[Record]:
    for record in records:
        bar(1, record.raw_length)
        yield record


def _kept(log: keeping.Log, manifest: Manifest) -> Report:
    verifier = Verifier(log.documents(), manifest.project_id, manifest.record)
    try:
        for raw in log.objects():
            verifier.accept(raw)
    except StoreFault as fault:
        raise Conflict(
            f"The kept log is damaged: {fault}.",
            code="verify.damaged",
            hint="Remove .mic/log and run `mic verify` again: it is fetched anew.",
        ) from fault
    if log.last < (manifest.position or 0):
        raise Missing(
            f"The kept log ends at position {log.last}; this workspace is at {manifest.position}.",
            code="verify.not-kept",
            hint="Run `mic verify` with the node at hand.",
        )
    report = verifier.finish()
    if report.position != log.last:
        raise Unverified(log.last, "the node has not sent it")
    return report


def _check_equivocation(root: Path, proof: Equivocation | None) -> None:
    """Raise `Conflict` if a home signed what it may not for a position; the proof is kept."""
    if proof is None:
        return
    path = root / FOLDER / f"equivocation-{proof.position}.json"
    replace_file(path, equivocation.encode(proof))
    what = (
        "An earlier home of this project has signed a record that does not count"
        if proof.documents
        else "The node has signed two different records"
    )
    raise Conflict(
        f"{what} for position {proof.position}.",
        code="verify.equivocation",
        hint=f"It is all in {path}: that is proof, which anybody can check.",
        position=proof.position,
        signer=proof.signer,
        proof=str(path),
    )


def _check_workspace(report: Report, manifest: Manifest) -> None:
    if report.position == (manifest.position or 0) and report.tree != manifest.tree:
        raise Conflict(
            f"The workspace claims another tree for position {report.position} than the log.",
            code="verify.workspace",
        )


def _answer(report: Report) -> Answer:
    data = {
        "project": report.project,
        "position": report.position,
        "tree": report.tree.hex(),
        "id": report.id.hex() if report.id else None,
        "origins": report.origins,
        "signers": report.signers,
        "first": None,
        "objects": None,
        "bytes": None,
        "bundled_by": None,
    }
    origins = ", ".join(f"{number} {name}" for name, number in sorted(report.origins.items()))
    text = f"{plural(report.position, 'landing')} verified, signatures, trees and order: {origins}"
    return Answer(data, text if report.position else "Nothing has landed yet; the documents hold.")
