"""What can be wrong with a git repository."""

from store.errors import StoreFault


class GitFailed(StoreFault):
    """git ended with an error; `said` is what it wrote about it, shortened."""

    def __init__(self, what: str, said: str) -> None:
        super().__init__(f"git {what} failed: {said}" if said else f"git {what} failed")
        self.what = what
        self.said = said


class GitMissing(GitFailed):
    """There is no program `git` on this machine."""

    def __init__(self) -> None:
        super().__init__("", "there is no program git; install the package git")


class BadHistory(StoreFault):
    """A commit holds what no project may hold, or what no reader can make sense of."""

    def __init__(self, commit: str, path: str, reason: str) -> None:
        where = f"{path!r} in commit {commit}" if path else f"commit {commit}"
        super().__init__(f"{where} {reason}")
        self.commit = commit
        self.path = path
        self.reason = reason
