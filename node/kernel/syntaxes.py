r"""What the parts of common languages look like, for `node.kernel.colours`.

Each expression sees escaped text (`&lt;` for `<`), starts where no word runs on, and holds no group
that captures unless it has a name. Anything that opens ends with `\Z` at the latest, and repeats
are possessive, so that nothing is read twice.
"""

from dataclasses import dataclass

_NEVER = r"(?!)"
_DOUBLE = r'"(?:[^"\\\n]++|\\[\s\S]?)*+"?'
_SINGLE = r"'(?:[^'\\\n]++|\\[\s\S]?)*+'?"
_LONG_DOUBLE = r'"(?:[^"\\]++|\\[\s\S]?)*+"?'
_LONG_SINGLE = r"'(?:[^'\\]++|\\[\s\S]?)*+'?"
_BACKTICK = r"`(?:[^`\\]++|\\[\s\S]?)*+`?"
_TRIPLE = r'"""(?:[^"\\]++|\\[\s\S]?|"(?!""))*+(?:""")?'
_TRIPLE_SINGLE = r"'''(?:[^'\\]++|\\[\s\S]?|'(?!''))*+(?:''')?"
_CHAR = r"'(?:&\w+;|[^'\\\n]|\\[^\n]{1,10}?)'"
_SLASHES = r"//[^\n]*+"
_BLOCK = r"/\*(?:[^*]++|\*(?!/))*+(?:\*/)?"
_HASH = r"\#[^\n]*+"
_C_COMMENTS = f"{_SLASHES}|{_BLOCK}"
_AT = r"@[^\W\d][\w.]*+"


@dataclass(frozen=True, slots=True)
class Language:
    """The parts of a language: expressions, and words by their colour.

    `leads` finds a word with the name that it introduces; `names` what is a name by its place, and
    `marks` what is coloured as a keyword is.
    Nothing begins with a sign that is `skipped`, which makes it three times as fast.
    """

    keywords: str
    comments: str = ""
    strings: str = ""
    numbers: str = ""
    names: str = ""
    marks: str = ""
    leads: str = ""
    words: str = ""
    known: str = ""
    any_case: bool = False
    skipped: str = r"\s()\[\]{},.:;=+*"


def _leads(words: str) -> str:
    return rf"(?:{'|'.join(words.split())})[ \t]++[^\W\d]\w*+"


_PYTHON = Language(
    keywords="""False None True and as assert async await break case class continue def del elif
        else except finally for from global if import in is lambda match nonlocal not or pass raise
        return try while with yield""",
    known="""abs all any bool bytearray bytes callable chr classmethod dict dir divmod enumerate
        eval exec filter float format frozenset getattr hasattr hash hex id input int isinstance
        issubclass iter len list map max memoryview min next object open ord pow print property
        range repr reversed round set setattr slice sorted staticmethod str sum super tuple type
        vars zip Exception AssertionError AttributeError BaseException EOFError FileExistsError
        FileNotFoundError ImportError IndexError InterruptedError IsADirectoryError KeyError
        KeyboardInterrupt LookupError MemoryError NotADirectoryError NotImplementedError OSError
        OverflowError PermissionError RuntimeError StopIteration SyntaxError SystemExit TimeoutError
        TypeError UnicodeDecodeError UnicodeEncodeError ValueError ZeroDivisionError""",
    comments=_HASH,
    strings=f"[rbufRBUF]{{0,2}}+(?:{_TRIPLE}|{_TRIPLE_SINGLE}|{_DOUBLE}|{_SINGLE})",
    names=_AT,
    leads=_leads("def class"),
)
_JAVASCRIPT = Language(
    keywords="""abstract any as async await boolean break case catch class const continue debugger
        declare default delete do else enum export extends false finally for from function get if
        implements import in infer instanceof interface is keyof let namespace never new null number
        of package private protected public readonly return satisfies set static string super switch
        symbol this throw true try type typeof undefined unknown var void while with yield""",
    known="""Array Boolean Date Error JSON Map Math Number Object Promise Proxy Reflect RegExp Set
        String Symbol WeakMap WeakSet console document globalThis module require window""",
    comments=_C_COMMENTS,
    strings=rf"{_DOUBLE}|{_SINGLE}|{_BACKTICK}"
    r"|(?<=[=(,:?\[;{}!| \n])/(?![/* =])(?:[^/\\\n]|\\.){1,120}+/[a-z]*+",
    names=_AT,
    leads=_leads("function class interface"),
    words=r"[^\W\d]\w*+|\$[\w$]*+",
)
_C_WORDS = """auto break case char const continue default do double else enum extern float for goto
    if inline int long register restrict return short signed sizeof static struct switch typedef
    union unsigned void volatile while bool true false NULL size_t ssize_t int8_t int16_t int32_t
    int64_t uint8_t uint16_t uint32_t uint64_t"""
_DIRECTIVE = (
    r"\#[ \t]*+(?:include[ \t]++&lt;[^&\n]*+(?:&gt;)?|(?:define|elif|else|endif|error|if|ifdef"
    r"|ifndef|include|line|pragma|undef|warning)\b)"
)
_C = Language(
    keywords=_C_WORDS,
    comments=_C_COMMENTS,
    strings=f"[LuU]?(?:{_DOUBLE}|{_SINGLE})",
    names=_DIRECTIVE,
    leads=_leads("struct union enum"),
)
_CPP = Language(
    keywords=_C_WORDS
    + """ alignas alignof and and_eq asm bitand bitor catch char8_t char16_t char32_t class
        co_await co_return co_yield compl concept consteval constexpr constinit const_cast decltype
        delete dynamic_cast explicit export final friend mutable namespace new noexcept not not_eq
        nullptr operator or or_eq override private protected public reinterpret_cast requires
        static_assert static_cast template this thread_local throw try typeid typename using virtual
        wchar_t xor xor_eq""",
    comments=_C_COMMENTS,
    strings=rf'R"(?P<raw>[^()\s\\"]{{0,16}})\([\s\S]*?(?:\)(?P=raw)"|\Z)'
    rf"|(?:u8|[LuU])?(?:{_DOUBLE}|{_SINGLE})",
    names=_DIRECTIVE,
    leads=_leads("class struct union enum namespace"),
)
_JAVA = Language(
    keywords="""abstract assert boolean break byte case catch char class const continue default do
        double else enum extends false final finally float for goto if implements import instanceof
        int interface long native new null package permits private protected public record return
        sealed short static strictfp super switch synchronized this throw throws transient true try
        var void volatile while yield""",
    comments=_C_COMMENTS,
    strings=f"{_TRIPLE}|{_DOUBLE}|{_SINGLE}",
    names=_AT,
    leads=_leads("class interface enum record"),
)
_CSHARP = Language(
    keywords="""abstract as async await base bool break byte case catch char checked class const
        continue decimal default delegate do double else enum event explicit extern false finally
        fixed float for foreach get goto if implicit in init int interface internal is lock long
        namespace new null object operator out override params partial private protected public
        readonly record ref required return sbyte sealed set short sizeof stackalloc static string
        struct switch this throw true try typeof uint ulong unchecked unsafe ushort using var
        virtual void volatile when where while with yield""",
    comments=_C_COMMENTS,
    strings=rf'\$?@"(?:[^"]++|"")*+"?|\$?{_TRIPLE}|\$?{_DOUBLE}|{_SINGLE}',
    names=r"\#[ \t]*+\w++",
    leads=_leads("class interface enum struct record namespace"),
)
_GO = Language(
    keywords="""break case chan const continue default defer else fallthrough false for func go goto
        if import interface iota map nil package range return select struct switch true type var""",
    known="""any append bool byte cap clear close complex64 complex128 copy delete error float32
        float64 int int8 int16 int32 int64 len make max min new panic print println recover rune
        string uint uint8 uint16 uint32 uint64 uintptr""",
    comments=_C_COMMENTS,
    strings=f"{_DOUBLE}|{_SINGLE}|`[^`]*+`?",
    leads=_leads("func type package"),
)
_RUST = Language(
    keywords="""Self as async await box break const continue crate dyn else enum extern false fn for
        if impl in let loop match mod move mut pub ref return self static struct super trait true
        type union unsafe use where while yield""",
    known="""Box Err None Ok Option Result Some String Vec bool char f32 f64 i8 i16 i32 i64 i128
        isize str u8 u16 u32 u64 u128 usize""",
    comments=_C_COMMENTS,
    strings=rf'[bc]?r(?P<raw>\#{{0,9}})"[\s\S]*?(?:"(?P=raw)|\Z)|[bc]?{_LONG_DOUBLE}|b?{_CHAR}',
    names=r"\#!?\[\w++|[^\W\d]\w*+!",
    leads=_leads("fn struct enum trait mod type union"),
    words=r"(?![bc]?r\#{1,9}\")[^\W\d]\w*+",
)
_KOTLIN = Language(
    keywords="""abstract actual annotation as break by catch class companion const constructor
        continue crossinline data do else enum expect external false final finally for fun get if
        import in infix init inline inner interface internal is it lateinit noinline null object
        open operator out override package private protected public reified return sealed set super
        suspend tailrec this throw true try typealias val value var vararg when where while""",
    comments=_C_COMMENTS,
    strings=f"{_TRIPLE}|{_DOUBLE}|{_CHAR}",
    names=_AT,
    leads=_leads("fun class interface object typealias"),
)
_SWIFT = Language(
    keywords="""actor any as associatedtype async await break case catch class continue convenience
        default defer deinit didSet do else enum extension fallthrough false fileprivate final for
        func get guard if import in indirect infix init inout internal is lazy let mutating nil
        nonisolated nonmutating open operator optional override postfix precedencegroup prefix
        private protocol public repeat required rethrows return self Self set some static struct
        subscript super switch throw throws true try typealias unowned var weak where while
        willSet""",
    comments=_C_COMMENTS,
    strings=f"{_TRIPLE}|{_DOUBLE}",
    names=rf"{_AT}|\#[^\W\d]\w*+",
    leads=_leads("func class struct enum protocol extension actor typealias"),
)
_SHELL = Language(
    keywords="""break case continue do done elif else esac eval exec exit export fi for function if
        in local readonly return select set shift source then time trap unset until while""",
    known="cd command echo printf read test",
    comments=r"(?<![^\s;&|()`])\#[^\n]*+",
    strings=rf"""(?<!&lt;)&lt;&lt;-?[ \t]*+["']?(?P<here>[^\W\d]\w*+)["']?[^\n]{{0,200}}+\n"""
    rf"""[\s\S]*?(?:^[ \t]*+(?P=here)$|\Z)|{_LONG_DOUBLE}|\$?'[^']*+'?""",
    numbers=r"\d++\b",
    names=r"\$\w++|\$\{[^}\n]*+\}?",
    words=r"\\[\s\S]?|[^\W\d][\w-]*+",
)
_SQL = Language(
    keywords="""add all alter and as asc autoincrement before begin between by cascade case cast
        check collate column commit conflict constraint create cross current_timestamp database
        default deferrable delete desc distinct drop each else end escape except exclude exists
        false filter following for foreign from full function grant group having if ignore in index
        inner insert instead intersect into is join key left like limit match natural no not nothing
        null of offset on or order outer over partition pragma preceding primary procedure range
        recursive references release rename replace restrict returning right rollback row rows
        savepoint select set strict table temp temporary then to transaction trigger true truncate
        unbounded union unique update using vacuum values view virtual when where window with
        without""",
    known="bigint blob boolean char date decimal integer int numeric real text timestamp varchar",
    comments=rf"--[^\n]*+|{_BLOCK}",
    strings=r"'(?:[^']++|'')*+'?",
    any_case=True,
)
_JSON = Language(
    keywords="false null true",
    comments=_C_COMMENTS,
    names=r'"(?:[^"\\\n]++|\\.)*+"(?=[ \t]*+:)',
    strings=r'"(?:[^"\\\n]++|\\.)*+"(?![ \t]*+:)|"(?:[^"\\\n]++|\\.)*+$',
    numbers=r"-?\d[\w.+-]*+",
)
_CSS = Language(
    keywords="important",
    comments=rf"{_BLOCK}|(?<!:)//[^\n]*+",
    strings=f"{_DOUBLE}|{_SINGLE}",
    numbers=r"\#[0-9a-fA-F]{3,8}\b|[+-]?\.?\d[\d.]*+(?:%|[a-zA-Z]++)?",
    names=r"[@$][\w-]++|(?<![\w-])[a-zA-Z-][\w-]*+(?=[ \t]*+:(?![:\w]))",
    words=r"[^\W\d][\w-]*+",
)
_LUA = Language(
    keywords="""and break do else elseif end false for function goto if in local nil not or repeat
        return then true until while""",
    known="ipairs pairs print require self tonumber tostring type",
    comments=r"--\[\[[\s\S]*?(?:\]\]|\Z)|--[^\n]*+",
    strings=rf"{_DOUBLE}|{_SINGLE}|\[\[[\s\S]*?(?:\]\]|\Z)",
    leads=r"function[ \t]++[^\W\d][\w.:]*+",
    skipped=r"\s",
)
_TOML = Language(
    keywords="false true",
    comments=_HASH,
    strings=rf"{_TRIPLE}|{_TRIPLE_SINGLE}|{_DOUBLE}|'[^'\n]*+'?",
    numbers=r"[+-]?\d[\w.:+-]*+",
    names=r"(?<=^\[)[^\]\n]++|(?<![\w.-])[\w.-]++(?=[ \t]*+=)",
)
_INI = Language(
    keywords="",
    comments=r"^[;\#][^\n]*+",
    names=r"(?<=^\[)[^\]\n]++|^[\w.-]++(?=[ \t]*+[=:])",
    skipped=r"\s",
)
_YAML = Language(
    keywords="false null off on true yes no",
    comments=r"(?<![^\s])\#[^\n]*+",
    strings=f"{_DOUBLE}|{_SINGLE}",
    names=r"(?<![\w./-])[\w./-]++(?=:(?:\s|$))",
    numbers=r"(?<![\w./-])\d[\w.:-]*+",
    words=r"[^\W\d][\w'-]*+",
)
_MARKUP = Language(
    keywords="",
    comments=r"&lt;!--(?:[^-]++|-(?!-&gt;))*+(?:--&gt;)?",
    strings=r"""(?<==)"[^"\n]*+"?|(?<==)'[^'\n]*+'?""",
    numbers=_NEVER,
    names=r"(?<![\w:.@-])[a-zA-Z_:@][\w:.-]*+(?==[\"'])",
    marks=r"&lt;[/?!]?[a-zA-Z][\w:.-]*+|[/?]?&gt;",
)
_MARKDOWN = Language(
    keywords="",
    comments=r"&lt;!--(?:[^-]++|-(?!-&gt;))*+(?:--&gt;)?|^&gt;[^\n]*+",
    strings=r"^(?P<fence>```|~~~)[^\n]*+[\s\S]*?(?:^(?P=fence)|\Z)|`[^`\n]++`?",
    numbers=_NEVER,
    names=r"https?://[^\s)&\]]++",
    marks=r"^\#{1,6}[ \t][^\n]*+",
)
_RESTRUCTURED = Language(
    keywords="",
    comments=r"(?<=^\.\.)[ \t](?!\[|_|\||[\w-]{1,60}::)[^\n]*+",
    strings=r"``(?:[^`\n]++|`(?!`))*+(?:``)?|`[^`\n]++`?_{0,2}",
    numbers=_NEVER,
    names=r"https?://[^\s&]++|^:[\w -]{1,60}+:",
    marks=r"(?<=^\.\.)[ \t](?:\[|_|\||[\w-]{1,60}::)[^\n]*+"
    r"""|^(?P<rule>[=~^"'\#*+-])(?P=rule){2,}+$""",
    skipped=r"\n(){},;",
)
_RUBY = Language(
    keywords="""BEGIN END alias and begin break case class def do else elsif end ensure
        false for if in module next nil not or redo rescue retry return self super then true
        undef unless until when while yield require require_relative include extend
        attr_reader attr_writer attr_accessor raise private protected public""",
    comments=r"\#[^\n]*+|^=begin\b[\s\S]*?(?:^=end|\Z)",
    strings=f"{_LONG_DOUBLE}|{_SINGLE}|{_BACKTICK}",
    names=r"(?<!:):[^\W\d]\w*+|@{1,2}[^\W\d]\w*+|\$\w++",
    leads=r"(?:def|class|module)[ \t]++[^\W\d][\w.:]*+",
    skipped=r"\s()\[\]{},.;+*",
)
_PHP = Language(
    keywords="""abstract and array as break callable case catch class clone const continue declare
        default do echo else elseif empty enum extends false final finally fn for foreach function
        global goto if implements include include_once instanceof insteadof interface isset list
        match namespace new null or print private protected public readonly require require_once
        return static switch this throw trait true try unset use var while xor yield""",
    comments=rf"{_C_COMMENTS}|\#(?!\[)[^\n]*+",
    strings=f"{_LONG_DOUBLE}|{_LONG_SINGLE}",
    names=r"\$[^\W\d]\w*+",
    marks=r"&lt;\?(?:php|=)?|\?&gt;",
    leads=_leads("function class interface trait enum namespace"),
)
_MAKEFILE = Language(
    keywords="""define else endef endif export ifdef ifeq ifndef ifneq include override sinclude
        undefine unexport vpath""",
    comments=_HASH,
    strings=rf"{_DOUBLE}|'[^'\n]*+'?",
    numbers=_NEVER,
    names=r"\$[({][\w.-]*+[)}]?|\$[@&lt;^?*%]|^[\w./%-]++(?=[ \t]*+:(?!=))",
    words=r"[^\W\d][\w-]*+",
)
_DOCKERFILE = Language(
    keywords="""ADD ARG AS CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD
        RUN SHELL STOPSIGNAL USER VOLUME WORKDIR""",
    comments=r"^[ \t]*+\#[^\n]*+|(?<=\s)\#[^\n]*+",
    strings=f"{_DOUBLE}|{_SINGLE}",
    numbers=r"\d++\b",
    names=r"\$\w++|\$\{[^}\n]*+\}?",
    words=r"[^\W\d][\w-]*+",
)
_TEXT = Language(keywords="", numbers=_NEVER, words=_NEVER)

LANGUAGES = {
    "c": _C,
    "c#": _CSHARP,
    "c++": _CPP,
    "css": _CSS,
    "dockerfile": _DOCKERFILE,
    "go": _GO,
    "ini": _INI,
    "java": _JAVA,
    "javascript": _JAVASCRIPT,
    "json": _JSON,
    "kotlin": _KOTLIN,
    "lua": _LUA,
    "makefile": _MAKEFILE,
    "markdown": _MARKDOWN,
    "markup": _MARKUP,
    "php": _PHP,
    "python": _PYTHON,
    "ruby": _RUBY,
    "restructuredtext": _RESTRUCTURED,
    "rust": _RUST,
    "shell": _SHELL,
    "sql": _SQL,
    "swift": _SWIFT,
    "text": _TEXT,
    "toml": _TOML,
    "yaml": _YAML,
}
_CALLED = {
    "c": ".c .h",
    "c#": ".cs cs csharp",
    "c++": ".cc .cpp .cxx .hh .hpp .hxx .ino cpp",
    "css": ".css .scss .less scss",
    "dockerfile": "dockerfile containerfile .dockerfile docker",
    "go": ".go golang",
    "ini": ".ini .cfg .conf .editorconfig .gitconfig",
    "java": ".java",
    "javascript": ".js .mjs .cjs .jsx .ts .mts .cts .tsx js jsx ts tsx typescript",
    "json": ".json .jsonc .json5 .webmanifest .ipynb",
    "kotlin": ".kt .kts kt",
    "lua": ".lua",
    "makefile": "makefile gnumakefile .mk .mak make",
    "markdown": ".md .markdown .mdown md",
    "markup": ".html .htm .xhtml .xml .svg .xsl .xslt .rss .atom .plist html xml svg",
    "php": ".php .phtml",
    "python": ".py .pyi .pyx .pxd .pyw py python3 sconstruct",
    "restructuredtext": ".rst .rest rst rest",
    "ruby": ".rb .rake .gemspec .podspec rakefile gemfile vagrantfile podfile brewfile rb",
    "rust": ".rs rs",
    "shell": ".sh .bash .zsh .ksh .bashrc .profile sh bash zsh",
    "sql": ".sql sqlite",
    "swift": ".swift",
    "text": ".txt .text .log license copying authors notice plain",
    "toml": ".toml cargo.lock poetry.lock uv.lock",
    "yaml": ".yaml .yml .clang-format yml",
}
ALIASES = {name: name for name in LANGUAGES} | {
    called: name for name, some in _CALLED.items() for called in some.split()
}
"""From what a language is called, and from the endings and names of its files, to its name here."""
