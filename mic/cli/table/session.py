"""The commands of a session: work with a goal, notes and decisions."""

from mic.cli.table.options import ORIGIN, STRATEGY
from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command(
        "session start",
        "session.start",
        "begin a session: work with a goal, notes and decisions",
        "mic session start GOAL",
        (('mic session start "Faster start"', "begin, in this workspace"),),
        (
            Option(
                "GOAL",
                "what the work is for; may follow ACCOUNT PROJECT",
                many="+",
                parts=("PROJECT?", "GOAL"),
            ),
            *ORIGIN,
        ),
        tool="writes",
    ),
    Command(
        "session status",
        "session.status",
        "show the session that is under way",
        "mic session status",
        (("mic session status", "its goal, notes, decisions and changed files"),),
        tool="reads",
    ),
    Command(
        "session note",
        "session.note",
        "write something down in the session",
        "mic session note MESSAGE [--role human|agent]",
        (
            ('mic session note "Tried a cache: slower"', "as yourself"),
            ('mic session note "Done" -r agent', "as an agent"),
        ),
        (
            Option("MESSAGE", "the note"),
            Option("--role", "who says it", short="-r", value="ROLE", choices=("human", "agent")),
        ),
        tool="writes",
    ),
    Command(
        "session decision",
        "session.decide",
        "write down a decision and its reason",
        "mic session decision TEXT --why REASON",
        (('mic session decision "No cache" --why "It was slower"', "keep the reason, too"),),
        (
            Option("TEXT", "what was decided"),
            Option("--why", "the reason", value="REASON"),
        ),
        tool="writes",
    ),
    Command(
        "session land",
        "session.land",
        "land the session",
        "mic session land",
        (("mic session land", "land the changes, with goal, notes and decisions"),),
        ORIGIN,
        tool="writes",
    ),
    Command(
        "session abandon",
        "session.abandon",
        "give the session up; your files stay as they are",
        "mic session abandon",
        (("mic session abandon", "forget goal, notes and decisions"),),
        tool="removes",
    ),
    Command(
        "session resolve",
        "session.resolve",
        "settle the conflicts that keep the session from landing, then land it",
        "mic session resolve [PATH...] [--strategy ours|theirs|interactive]",
        (
            ("mic session resolve -s ours", "keep our lines where they clash, and land"),
            ("mic session resolve src -s theirs", "theirs below src; land if none is left"),
        ),
        (
            Option("PATHS", "only the conflicts at or below these paths", many="*"),
            STRATEGY,
            *ORIGIN,
        ),
        more="What others have landed on the same paths is brought in first. Without a terminal "
        "and without --strategy, what is left is listed.",
        tool="writes",
    ),
)
