"""What a command leaves behind as its exit status."""

import errno

from mic.errors import Conflict, Denied, Exhausted, Invalid, MicFault, Missing, Unreachable

DONE = 0
UNEXPECTED = 1

STATUS: tuple[tuple[type[MicFault], int], ...] = (
    (Invalid, 2),
    (Missing, 3),
    (Denied, 4),
    (Conflict, 5),
    (Exhausted, 6),
    (Unreachable, 7),
)

_SYSTEM: dict[int, tuple[type[MicFault], str]] = {
    errno.ENOENT: (Missing, "file.missing"),
    errno.EACCES: (Denied, "file.denied"),
    errno.EPERM: (Denied, "file.denied"),
    errno.EROFS: (Denied, "file.read-only"),
    errno.ENOSPC: (Exhausted, "disk.full"),
    errno.EDQUOT: (Exhausted, "disk.full"),
    errno.EFBIG: (Exhausted, "file.too-large"),
    errno.EEXIST: (Conflict, "file.exists"),
    errno.ENOTDIR: (Invalid, "file.not-a-directory"),
    errno.EISDIR: (Invalid, "file.is-a-directory"),
    errno.ENAMETOOLONG: (Invalid, "file.name-too-long"),
}


def status(fault: MicFault) -> int:
    """Return the exit status of a fault."""
    return next((code for family, code in STATUS if isinstance(fault, family)), UNEXPECTED)


def of_system(problem: OSError) -> MicFault:
    """Return what the operating system refused, as one of ours."""
    family, code = _SYSTEM.get(problem.errno or 0, (MicFault, "system"))
    where = f"{problem.filename}: " if problem.filename else ""
    return family(f"{where}{problem.strerror or problem}.", code=code)


def translated(problem: Exception) -> MicFault:
    """Return what `keys`, `store` or the system refused, as one of ours."""
    from keys.errors import KeysFault
    from store.errors import Corrupt, DiskFull, StoreFault, TooLarge

    if isinstance(problem, OSError):
        return of_system(problem)
    if isinstance(problem, UnicodeEncodeError):
        return Invalid(
            f"This is not valid UTF-8: {problem.object[:60]!r}.",
            code="text.not-utf8",
            hint="Names, goals and messages are UTF-8 text.",
        )
    for kind, family, code in (
        (DiskFull, Exhausted, "disk.full"),
        (TooLarge, Exhausted, "store.too-large"),
        (Corrupt, MicFault, "store.corrupt"),
        (StoreFault, Invalid, f"store.{_kebab(problem)}"),
        (KeysFault, Invalid, f"keys.{_kebab(problem)}"),
    ):
        if isinstance(problem, kind):
            return family(_sentence(problem), code=code)
    hint = "This is a mistake in mic. MIC_DEBUG=1 shows where."
    return MicFault(f"{type(problem).__name__}: {problem}.", code="unexpected", hint=hint)


def _sentence(problem: Exception) -> str:
    text = str(problem)
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _kebab(problem: Exception) -> str:
    name = type(problem).__name__
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
