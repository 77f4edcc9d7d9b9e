"""What a project is, for programs that read pages: JSON-LD, in the words of schema.org."""

from node.accounts import verbs as accounts
from node.kernel.forge import Forge
from node.projects.model import Project


async def described(forge: Forge, project: Project) -> dict[str, object]:
    """Return a project as a `SoftwareSourceCode`; whoever shows it escapes it."""
    owner = await accounts.get(forge, project.account)
    page = f"{forge.node.url}/{project.address}"
    return {
        "@context": "https://schema.org",
        "@type": "SoftwareSourceCode",
        "name": project.name or project.handle,
        "description": project.description or project.address,
        "url": page,
        "codeRepository": f"{page}.git",
        "identifier": project.id,
        "author": {
            "@type": "Organization" if owner.is_organization else "Person",
            "name": owner.name or owner.handle,
            "url": f"{forge.node.url}/{owner.handle}",
        },
    }
