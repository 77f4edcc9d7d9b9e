"""What others call themselves commands no terminal and begins no line of the log."""

import json
import logging

from node.daemon import logs, saying

HOSTILE = "moss\x1b]0;owned\x07\r\u202egpj.exe\x9b31m"


def test_a_terminal_is_told_no_commands(capsys):
    saying.say({"name": HOSTILE}, f"{HOSTILE}\n\tits peer", as_json=False)
    said = capsys.readouterr().out
    assert all(c.isprintable() or c in "\n\t" for c in said)
    assert said.endswith("\n\tits peer\n")
    saying.say({"name": HOSTILE}, "", as_json=True)
    said = capsys.readouterr().out
    assert said.isascii()
    assert json.loads(said) == {"name": HOSTILE}


def test_an_event_is_one_line_whatever_it_tells(capsys):
    logger = logging.getLogger("test of lines")
    logger.propagate = False
    handler = logging.StreamHandler()
    handler.setFormatter(logs._Line("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    logger.warning("peer %s left", f"{HOSTILE}\nERROR all is lost", extra={"peer": "a\nb"})
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable()
    assert "\\nERROR all is lost left peer='a\\nb'" in line
