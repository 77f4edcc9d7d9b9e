"""The commands around `mic` itself: the shell's help, the manual, and what may be wrong."""

from mic.cli.table.rows import Command, Option

COMMANDS: tuple[Command, ...] = (
    Command(
        "doctor",
        "doctor",
        "look for what may keep mic from working here",
        "mic doctor",
        (("mic doctor", "each finding is ok, warn or fail, with what to do"),),
        more="Looks at versions, the home and its settings, the nodes that are known and the "
        "tokens for them, clocks, git, and the workspace. Ends with 0 if nothing has failed, else "
        "with the status of the first failure.",
        tool="reads",
    ),
    Command(
        "completion",
        "completion",
        "print what makes a shell complete the words of mic",
        "mic completion SHELL [-- WORDS]",
        (
            ('eval "$(mic completion bash)"', "in ~/.bashrc"),
            ('eval "$(mic completion zsh)"', "in ~/.zshrc, behind compinit"),
            ("mic completion fish > ~/.config/fish/completions/mic.fish", "for fish, once"),
        ),
        (
            Option("SHELL", "which shell", choices=("bash", "zsh", "fish")),
            Option("WORDS", "list what may stand in the place of the last of these", many="*"),
        ),
        more="Commands, flags, projects, positions, nodes and settings are completed. Projects and "
        "positions are asked for at the node, which has a second to answer.",
        is_raw=True,
    ),
    Command(
        "mcp",
        "mcp",
        "serve these commands to an agent as tools",
        "mic mcp",
        (("mic mcp", "what the agent's program starts, in a workspace or anywhere"),),
        more="Speaks the Model Context Protocol over standard input and output, until the agent "
        "closes its end.",
        stdin="the protocol's messages",
        is_raw=True,
    ),
    Command(
        "man",
        "man",
        "print the manual page",
        "mic man",
        (("mic man | man -l -", "read it"),),
        more="`make up` puts it where `man mic` finds it.",
        is_raw=True,
    ),
)
