"""A process that imports a repository until it is done or killed: `DIRECTORY REPOSITORY [HOOK]`.

It takes up what an earlier one left. With a word, it kills itself when it is told of that for the
given time: `landings:500` ends it behind the first batch that reaches 500 landings.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

from node.imports import verbs as imports
from node.kernel.errors import Missing
from node.projects import verbs as projects
from tests.support.forges import a_forge, a_project, an_account
from tests.support.gits import ZERO


async def main(directory: Path, repository: Path, tip: str, end: str) -> None:
    word, _, count = end.partition(":")

    def told(what, done, _total):
        if what == word and done >= int(count):
            os.kill(os.getpid(), signal.SIGKILL)

    async with a_forge(directory) as forge:
        ada = await an_account(forge)
        try:
            project = await projects.get(forge, ada.party, "ada", "book")
        except Missing:
            project = await a_project(forge, ada)
        await imports.receive(forge, ada.party, project, repository, ZERO, tip, told)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]))
