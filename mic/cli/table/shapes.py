"""What `data` is in the answers that programs read, by command: names as they are printed.

Ids are hexadecimal, times Unix milliseconds; `?` behind a name means that it may be null. What
`verify` says of contents is of a file, made by `bundle`.
"""

_CLONED = "{project, id, path, position, files, bytes}"
_LANDED = "position, id, tree, session, goal, origin, landed_at, changed, taken: [path]"
_LANDING = (
    "{position, id, tree, previous_tree, goal, author, author_did?, landed_at, session, origin, "
    "model?, contribution?, changed, imported?: {commit, author, email, authored_at}, "
    "renamed_from?, carried?: {project, position, record, made_at}}"
)
_SIDE = "{mode, id, size}"
_CHANGES = f"[{{path, old?: {_SIDE}, new?: {_SIDE}}}]"
_SAID = "conversation: [{role, text, at}], decisions: [{text, why, at}]"
_SESSION = (
    "{id, status, goal, author, base, started_at, origin, model?, landed_at?, position?, "
    f"{_SAID}}}"
)
_PROJECT = (
    "{id, account, handle, name, description, visibility, page, document, created_at, updated_at, "
    "url, llm_model, archived_at?, home?, state: home|mirror}"
)
_MEMBERS = "[{handle, name, role, created_at}]"
_ORGANIZATION = "{id, handle, name, role, page, created_at, updated_at}"

SHAPES = {
    "alias list": "[{alias, address}]",
    "blame": "{path, position, lines: [{number, text, position?, session?, author?, made_at?, "
    "landed_at?, goal?}], reasons: [{position, goal, session, author, landed_at, made_at?, origin, "
    "decisions: [{text, why, at}], is_whole}]}",
    "bundle": "{path, project, id, from, position, objects, bytes, visibility}",
    "cat": "{project, path, position?, size, encoding: utf-8|base64, content}",
    "checkout": _CLONED,
    "clone": _CLONED,
    "diff": f"{{from, to?, changes: {_CHANGES}, totals: {{added, modified, removed}}, patch?}}",
    "doctor": "{checks: [{name, level: ok|warn|fail, message, advice}]}",
    "export git": "{id, project, path, commit?, tags, bare}",
    "fork": _PROJECT,
    "goto": "{position, files: [{path, id, mode, size}]}",
    "land": f"{{{_LANDED}}}",
    "import": "{project, url, status, stage, done, total, warnings: [warning], id?, commit?}",
    "link": "{project, id, path}",
    "log": f"[{_LANDING}]",
    "ls": "{path, position, entries: [{name, mode, id, size}]}",
    "org get": _ORGANIZATION,
    "org invitations": "[{id, kind, target, role, inviter, invited?, created_at, expires_at}]",
    "org list": f"[{_ORGANIZATION}]",
    "org members": _MEMBERS,
    "org models list": "{llm_models: [name], llm_default_model}",
    "project create": _PROJECT,
    "project get": _PROJECT,
    "project list": f"[{_PROJECT}]",
    "project member list": _MEMBERS,
    "project peers list": "[did]",
    "project sync": "{position, carried, merged: [path], left}",
    "project update": _PROJECT,
    "search": "{counts: {projects, code, reasons}, more, projects: [{project, description}], "
    "files: [{project, position, path, matching, lines: [{number, text}]}], "
    "reasons: [{project, position, session?, goal, kind, text, author, origin, made_at}]}",
    "server list": "[{name, url, is_default, handle?}]",
    "session abandon": "{id, abandoned}",
    "session decision": "{id, decisions}",
    "session land": f"{{{_LANDED}}}",
    "session note": "{id, notes}",
    "session resolve": f"{{{_LANDED}, settled: [path]}}",
    "session start": "{id, goal, base}",
    "session status": f"{{id, goal, project, base, started_at, {_SAID}, changes: [{{change, "
    "path}], files: [{path, change_type, size}], bloom}",
    "share": "{id, project, url, position, visibility, files, clone, landings?, commit?, "
    "uncommitted}",
    "show": f"{{landing: {_LANDING}, session?: {_SESSION}, changes: {_CHANGES}, patch}}",
    "status": "{project, server, position, session?, changes: [{change: A|M|D, path}], "
    "conflicts: [path], unfinished?: clone|landing|queued|sync}",
    "sync": "{from, position, taken: [path], merged: [path], kept: [path], settled: [path], "
    "conflicts: []}",
    "verify": "{project, position, tree, id?, origins, signers, first?, objects?, bytes?, "
    "bundled_by?}",
    "write": "{path, change?: A|M, size, session}",
}
