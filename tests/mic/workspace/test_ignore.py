"""Ignore rules mean exactly what the reference says, and no rule can make matching slow."""

import os
import time

import pytest

from mic.errors import Exhausted, Invalid
from mic.workspace.ignore import IGNORE_MAX, STARRED_MAX, Rules, load, parse

TABLE = [
    # rules, path, is it ignored
    ("", "a", False),
    ("# a\n\n   \n", "a", False),
    ("#a", "#a", False),
    ("/#a", "#a", True),
    # a bare name: that basename anywhere, or a directory of that name
    ("name", "name", True),
    ("name", "deep/er/name", True),
    ("name", "name/below", True),
    ("name", "deep/name/be/low", True),
    ("name", "names", False),
    ("name", "aname", False),
    ("name", "deep/names/x", False),
    ("name \t\r", "name", True),
    # directories only
    ("name/", "name", False),
    ("name/", "deep/name", False),
    ("name/", "name/x", True),
    ("name/", "deep/name/x", True),
    ("name//", "name/x", True),
    # anchored
    ("/name", "name", True),
    ("/name", "name/x", True),
    ("/name", "deep/name", False),
    ("/name/", "name", False),
    ("/name/", "name/x", True),
    ("/name/", "deep/name/x", False),
    ("a/b", "a/b", True),
    ("a/b", "a/b/c", True),
    ("a/b", "x/a/b", False),
    ("a/b/", "a/b", False),
    ("a/b/", "a/b/c", True),
    # one segment
    ("*.o", "x.o", True),
    ("*.o", ".o", True),
    ("*.o", "deep/x.o", True),
    ("*.o", "x.o/y", True),
    ("*.o", "x.oo", False),
    ("*.o", "xo", False),
    ("/*.o", "deep/x.o", False),
    ("a*c", "abc", True),
    ("a*c", "ac", True),
    ("a*c", "a/c", False),
    ("a*b*c", "aXbXbXc", True),
    ("a*b*c", "aXcXb", False),
    ("a/*/c", "a/b/c", True),
    ("a/*/c", "a/c", False),
    ("a/*/c", "a/b/b/c", False),
    ("*", "anything/at/all", True),
    ("a**c", "abbc", True),
    ("a**c", "a/c", False),
    # any depth
    ("**", "a/b", True),
    ("**/", "a", False),
    ("**/", "a/b", True),
    ("**/c", "c", True),
    ("**/c", "a/b/c", True),
    ("**/c", "a/b/cc", False),
    ("a/**", "a", False),
    ("a/**", "a/b", True),
    ("a/**", "x/a/b", False),
    ("a/**/c", "a/c", True),
    ("a/**/c", "a/b/b/c", True),
    ("a/**/c", "a/b/b/cc", False),
    ("a/**/c", "c", False),
    ("/**/c", "a/c", True),
    ("a/**/**/c", "a/c", True),
    ("a/**/b/**/c", "a/x/b/y/c", True),
    ("a/**/b/**/c", "a/b/c", True),
    ("a/**/b/**/c", "a/c/b", False),
    ("a/**/b*/**/c", "a/b1/x/b2/c", True),
    ("**/a/*/b", "x/a/y/b/z", True),
    # literal
    ("a.c", "abc", False),
    ("a?c", "abc", False),
    ("a?c", "a?c", True),
    ("[ab]", "a", False),
    ("[ab]", "[ab]", True),
    ("a b", "a b", True),
    ("é", "é", True),
    ("name", "NAME", False),
    # negation: the last rule that matches decides
    ("*.o\n!keep.o", "keep.o", False),
    ("*.o\n!keep.o", "other.o", True),
    ("!keep.o\n*.o", "keep.o", True),
    ("build/\n!build/keep", "build/keep", False),
    ("build/\n!build/keep", "build/other", True),
    ("*\n!*.py", "a/b.py", False),
    ("*\n!a/\n*.log", "a/x", False),
    ("*\n!a/\n*.log", "a/x.log", True),
    ("!", "a", False),
    ("/", "a", False),
    ("/!a", "!a", True),
    # always
    ("", ".mic/workspace.json", True),
    ("!.mic", ".mic/x", True),
    ("", "deep/.mic/x", True),
    ("", ".MIC/x", True),
    ("", ".git/config", True),
    ("!.git", "deep/.git", True),
    ("", ".gitignore", False),
    ("", ".micignore", False),
]


@pytest.mark.parametrize(("rules", "path", "is_ignored"), TABLE)
def test_the_table(rules, path, is_ignored):
    assert parse(rules).ignores(path) is is_ignored


def test_a_rule_for_directories_matches_the_directory_itself():
    rules = parse("name/\nother\n")
    assert rules.ignores("deep/name", is_directory=True)
    assert rules.prunes("name")
    assert rules.prunes("other")
    assert not rules.prunes("names")


def test_nothing_is_pruned_that_a_later_rule_may_want_back():
    assert not parse("build/\n!build/keep").prunes("build")
    assert parse("build/\n!build/keep").prunes(".mic")


@pytest.mark.parametrize(
    "rule", ["*a" * 40 + "*b", "**/a*/" * 20 + "b", "**/*/" * 30 + "b", "*" * 200]
)
def test_a_hostile_rule_is_not_slow(rule):
    rules = parse(rule)
    started = time.perf_counter()
    rules.ignores("a" * 255)
    rules.ignores("/".join(["aa"] * 1000))
    assert time.perf_counter() - started < 0.5


def test_rules_come_from_a_file(tmp_path):
    assert not load(tmp_path).ignores("x")
    (tmp_path / ".micignore").write_bytes(b"\xef\xbb\xbfx\r\ny\r\n")
    assert load(tmp_path).ignores("x")
    assert load(tmp_path).ignores("y")


def test_a_file_of_rules_has_limits(tmp_path):
    (tmp_path / ".micignore").write_bytes(b"x\n" * (IGNORE_MAX // 2))
    load(tmp_path)
    (tmp_path / ".micignore").write_bytes(b"x" * (IGNORE_MAX + 1))
    with pytest.raises(Exhausted):
        load(tmp_path)
    (tmp_path / ".micignore").write_bytes(b"\xff")
    with pytest.raises(Invalid):
        load(tmp_path)


def test_too_many_rules_with_stars_are_refused():
    parse("*x\n" * STARRED_MAX)
    with pytest.raises(Exhausted):
        parse("*x\n" * (STARRED_MAX + 1))


@pytest.mark.parametrize(
    ("rules", "path", "ignored"),
    [
        ("*.py[cod]", "a/b.pyc", True),
        ("*.py[cod]", "a/b.pyx", False),
        ("?.o", "x.o", True),
        ("?.o", "xy.o", False),
        ("[!a].o", "b.o", True),
        ("[!a].o", "a.o", False),
        ("\\#note", "#note", True),
        ("\\!note", "!note", True),
        ("a[b", "a[b", True),
        ("[a-c]x/", "bx/y", True),
        ("[]]x", "x", False),
        ("build/\n!build", "build/x", False),
    ],
)
def test_rules_of_git_know_sets_and_single_letters(rules, path, ignored):
    assert parse(rules, is_gits=True).ignores(path) is ignored


def test_the_rules_of_git_count_where_there_are_no_others(tmp_path):
    (tmp_path / ".gitignore").write_text("*.py[co]\n")
    assert load(tmp_path).ignores("a.pyc")
    (tmp_path / ".micignore").write_text("other\n")
    assert not load(tmp_path).ignores("a.pyc")


@pytest.mark.parametrize("name", [".micignore", ".gitignore"])
@pytest.mark.parametrize("to", ["itself", "a/b", "pipe", "/dev/tty", "/dev/zero", "/"])
def test_rules_in_no_plain_file_are_refused_without_waiting(root, name, to):
    """A landing may bring a link that leads to what never answers."""
    os.mkfifo(root / "pipe")
    (root / "a").write_text("a file")
    (root / name).symlink_to(name if to == "itself" else to)
    if to == "/":
        assert load(root) == Rules()
        return
    with pytest.raises(Invalid) as refused:
        load(root)
    assert refused.value.code == "workspace.ignore-file"


def test_rules_may_stand_behind_a_link(root):
    (root / "rules").write_text("a\n")
    (root / ".micignore").symlink_to("rules")
    assert load(root).ignores("a")
