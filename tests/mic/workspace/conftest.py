"""Workspaces to work on."""

import pytest

from mic.workspace import manifest as manifests


@pytest.fixture
def root(tmp_path):
    """An empty workspace, linked to a project."""
    folder = tmp_path / "garden"
    folder.mkdir()
    manifests.create(
        folder, server="http://127.0.0.1:1", account="ada", project="garden", project_id="mic:z1"
    )
    return folder


@pytest.fixture
def landed(root):
    """Return a function that makes the manifest hold what stands in the workspace now."""

    def land():
        from mic.workspace import changes
        from mic.workspace.scan import scan
        from store.tree import EMPTY

        manifest = manifests.load(root)
        done = list(changes.prepare(root, scan(root, manifest).items))
        for each in done:
            list(each.records)
        position = (manifest.position or 0) + 1
        advanced = changes.advance(manifest, done, position=position, tree=EMPTY, record=None)
        return manifests.save(root, advanced)

    return land
