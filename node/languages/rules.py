"""What language a file is in, by its name, and what a change list does to the sums.

Only what is written to be run or to be shown is a language here: data, prose and pictures are not.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from node.languages.model import Share
from store.changes import Change
from store.nodes import Entry, Mode

LARGEST = 1 << 20
"""Bytes of a file that somebody wrote; what is larger was made by a program."""

SHOWN = 6
OTHER = "Other"

_ENDINGS: Mapping[str, str] = {
    "Ada": "adb ads",
    "Assembly": "asm s",
    "Astro": "astro",
    "C": "c h",
    "C#": "cs",
    "C++": "cc cpp cxx hh hpp hxx",
    "CSS": "css scss sass less",
    "Clojure": "clj cljs cljc",
    "Common Lisp": "lisp cl",
    "Crystal": "cr",
    "D": "d",
    "Dart": "dart",
    "Elixir": "ex exs",
    "Elm": "elm",
    "Erlang": "erl hrl",
    "F#": "fs fsx",
    "Fortran": "f f90 f95",
    "GLSL": "glsl frag vert",
    "Gleam": "gleam",
    "Go": "go",
    "Groovy": "groovy gradle",
    "HTML": "html htm jinja j2 heex eex",
    "Haskell": "hs lhs",
    "Java": "java",
    "JavaScript": "js mjs cjs jsx",
    "Julia": "jl",
    "Kotlin": "kt kts",
    "Lua": "lua",
    "Nim": "nim",
    "Nix": "nix",
    "OCaml": "ml mli",
    "Objective-C": "mm",
    "PHP": "php",
    "Pascal": "pas pp",
    "Perl": "pl pm",
    "PowerShell": "ps1 psm1",
    "Prolog": "pro",
    "Protocol Buffers": "proto",
    "Python": "py pyi pyx",
    "R": "r",
    "Racket": "rkt",
    "Ruby": "rb rake",
    "Rust": "rs",
    "SQL": "sql",
    "Scala": "scala sc",
    "Scheme": "scm ss",
    "Shell": "sh bash zsh fish",
    "Solidity": "sol",
    "Svelte": "svelte",
    "Swift": "swift",
    "Tcl": "tcl",
    "TeX": "tex sty cls",
    "TypeScript": "ts tsx mts cts",
    "V": "v",
    "VHDL": "vhd vhdl",
    "Vue": "vue",
    "WebAssembly": "wat",
    "Zig": "zig",
}
_NAMES: Mapping[str, str] = {
    "makefile": "Makefile",
    "gnumakefile": "Makefile",
    "dockerfile": "Dockerfile",
    "cmakelists.txt": "CMake",
    "rakefile": "Ruby",
    "gemfile": "Ruby",
    "build.zig.zon": "Zig",
}
_BY_ENDING = {ending: name for name, some in _ENDINGS.items() for ending in some.split()}
_MADE = frozenset({"node_modules", "vendor", "third_party", "dist", "_build", "deps"})


def language_of(path: str) -> str | None:
    """Return the language of the file at `path`, None for what is none."""
    *above, name = path.lower().split("/")
    if not _MADE.isdisjoint(above) or ".min." in name:
        return None
    known = _NAMES.get(name)
    return known or _BY_ENDING.get(name.rpartition(".")[2] if "." in name else "")


def moved(changes: Iterable[Change]) -> Counter[str]:
    """Return by how many bytes a change list moves each language."""
    found: Counter[str] = Counter()
    for change in changes:
        language = language_of(change.path)
        if language is not None:
            found[language] += _weight(change.new) - _weight(change.old)
    return found


def _weight(entry: Entry | None) -> int:
    is_written = entry is not None and entry.mode in {Mode.FILE, Mode.EXECUTABLE}
    return entry.size if entry is not None and is_written and entry.size <= LARGEST else 0


def shares(sums: Mapping[str, int]) -> list[Share]:
    """Return the largest languages, and the others together, so that all make up the whole."""
    ordered = sorted(sums.items(), key=lambda one: (-one[1], one[0]))
    total = sum(sums.values())
    if total <= 0:
        return []
    shown, rest = ordered[:SHOWN], sum(size for _, size in ordered[SHOWN:])
    if rest:
        shown.append((OTHER, rest))
    return [Share(name, size, round(1000 * size / total)) for name, size in shown]
