"""What of git's own checks (see its fsck) is asked of objects that come from outside."""

LENIENT = (
    "badDate",
    "badDateOverflow",
    "badEmail",
    "badName",
    "badTimezone",
    "gitmodulesMissing",
    "hasDot",
    "hasDotdot",
    "missingEmail",
    "missingNameBeforeEmail",
    "missingSpaceBeforeDate",
    "missingSpaceBeforeEmail",
    "missingTaggerEntry",
    "badTagName",
    "zeroPaddedDate",
    "zeroPaddedFilemode",
)
"""What old programs wrote and every git reads; names that no project may hold are ours to tell."""
