"""What holds for every command: its flags, what it reads around it, and how it ends."""

FLAGS = (
    ("--json", "answer with one JSON object: {ok, data, warnings} or {ok, error}"),
    ("-h, --help", "this, or the help of a command: mic COMMAND --help"),
    ("--version", "the version"),
)

ENVIRONMENT = (
    ("MIC_NODE", "the node for account/project: its URL, its name in `mic server list`, or a peer"),
    ("MIC_TOKEN", "the token to use with it"),
    ("MIC_HOME", "where settings, tokens and the device key are, instead of ~/.mic"),
    ("MIC_COLOR", "auto, always or never"),
    ("NO_COLOR", "no colour, whatever else is set"),
    ("FORCE_COLOR", "colour even where no terminal reads; 0 means none"),
    ("MIC_EPOCH_BATCH_SIZE", "how many paths to send at a time in large landings"),
    ("VISUAL, EDITOR", "the editor that `mic sync` offers for a conflict, on a terminal"),
    ("MIC_DEBUG", "show where an unexpected error comes from"),
)

STATUSES = (
    (0, "done", "Done."),
    (1, "unexpected", "A mistake of ours."),
    (2, "invalid", "The command or its input cannot mean anything."),
    (3, "not found", "It is not there, or not for your eyes."),
    (4, "denied", "We know you, and no; or a token is needed."),
    (5, "conflict", "True when you asked, no longer: mostly, others landed on the same paths."),
    (6, "limit reached", "Something is too large, or too many."),
    (7, "unreachable", "The node did not answer."),
)
