"""What the export says of itself."""

README = """\
This is what a Micelio node keeps for an account. It is read without Micelio.

account.json        who it is: names, profile, public keys, devices and tokens; no secret is in it
picture.webp        the picture that was uploaded, if there is one
organizations.json  the organizations that a person acts for, or who acts for an organization
projects/HANDLE/
  project.json      the project as it stands, and who works on it
  documents/        every version of its signed document, oldest first
  landings.jsonl    a line for each landing, oldest first
  sessions.jsonl    a line for each session, newest first, with what was said and decided
  files.tar         the files at the newest position, with their modes and links

Times are Unix milliseconds. In landings.jsonl, `record` and `contribution` are the signed
envelopes (DSSE), in base64 exactly as they were signed: `id` is the SHA-256 of the record's bytes.
A contribution of null means that nobody signed who made it.

Not in it: what the account landed on projects of others, deleted projects, earlier versions of
files (clone the project with git for those), and private keys. In a tar, a link that no tar can
hold is a plain file with what it points to.
"""
