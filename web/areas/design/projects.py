"""Made-up projects in lists, with what is counted of them, and a fork."""

from node.forks.model import Lineage, Root
from node.imports.model import Published
from node.languages.model import Share
from node.llms.model import Llms
from node.projects.model import Project
from node.stars.model import Listed, Page, Standing
from store.tree import EMPTY
from web.areas.projects.bring import Offer

HOUR = 3_600_000
STANDING = Standing(128, 9, is_starred=True)
SHARES = [
    Share("Rust", 81_000, 810),
    Share("Python", 12_000, 120),
    Share("JavaScript", 4_000, 40),
    Share("Nix", 2_700, 27),
    Share("Makefile", 300, 3),
]
MODELS = Llms(("larch-3", "larch-3-small"), "larch-3")


def listed(project: Project, now: int) -> list[Listed]:
    """Return a project that people like, and one that just began."""
    return [
        Listed(project, 128, 1284, now - 2 * HOUR, "Rust"),
        Listed(project, 0, 0, now, ""),
    ]


def offers(project: Project, now: int) -> list[Offer]:
    """Return repositories on another forge: one that says all it may, and one that says nothing."""
    there = "https://forge.example/ada/"
    full = Published(
        "loom", there + "loom.git", "Weaves what others spin.", "Rust", 128, True, True, now - HOUR
    )
    bare = Published("x", there + "x.git", "", "", 0, False, False, None)
    return [Offer(full, "#projects", project.address), Offer(bare, "#projects", "")]


def lineages(project: Project) -> list[Lineage]:
    """Return where forks come from: one behind, one level, one whose origin is not to be seen."""
    root = Root(project.id, 1284, EMPTY, 1284)
    return [Lineage(root, project, 12), Lineage(root, project, 0), Lineage(root, None, 0)]


def page(project: Project, now: int) -> Page:
    """Return the second of three pages."""
    return Page(listed(project, now), number=2, total=50, size=20)
