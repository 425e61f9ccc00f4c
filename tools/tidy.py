#!/usr/bin/env python3
"""House rules that neither the compiler nor clang-tidy knows. Prints `file:line: rule: what to do` for each breach.

usage: tools/tidy.py [--root FOLDER] [--list]

examples:
  tools/tidy.py            check this repository
  tools/tidy.py --list     the rules, one a line

Exit codes: 0 clean, 1 breaches were printed, 2 wrong arguments.
"""

import argparse
import os
import re
import subprocess
import sys
from typing import Callable, Iterator, NamedTuple

# The folders whose results depend on their arguments alone, so that every number can be computed again.
PURE = ("domain", "features", "models", "prediction", "training", "decision")
# The folders that each talk to one part of the outside world.
EDGES = ("collectors", "streaming", "storage", "execution", "monitoring")
# Folders in which every sub-folder is a plug-in, and the function that returns the folder's one list of them.
PLUGGED = {"collectors": "collectors", "execution": "targets", "models": "models", "storage": "stores", "streaming": "buses"}
# Folders in which every source is one entry of a list that stands beside it in this file.
LISTED = {"src/decision/rules/": "rules.h"}
# Who writes to the terminal: the program's folder, the sink of the log, and the last words before an abort.
TALKS = ("src/app/", "src/base/assert.cpp", "src/base/log.cpp")

LINE_MAX = 140
CODE = (".h", ".cpp", ".py", ".cmake", ".js")
TEXT = CODE + (".css", ".md", ".txt", ".json", ".yaml", ".yml", ".html", ".sh", ".case", ".sql")
SCRIPTS = ("dev", ".ci/run", "CMakeLists.txt")


class Breach(NamedTuple):
    path: str
    line: int
    rule: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


class Tree:
    """The files of a checkout, read once. Paths are relative to the root, with forward slashes, sorted."""

    def __init__(self, root: str) -> None:
        self.root = root
        self.paths = sorted(list_files(root))
        self.text: dict[str, str] = {}
        self.code: dict[str, str] = {}
        for path in self.paths:
            if path.endswith(TEXT) or path in SCRIPTS or path.endswith("/CMakeLists.txt"):
                with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
                    self.text[path] = file.read()
            if is_cpp(path):
                self.code[path] = without_comments_and_strings(self.text[path])
        self.depends = declared_depends(self.text.get("CMakeLists.txt", ""))

    def reachable(self, module: str) -> set[str]:
        """The module and everything that its DEPENDS lead to."""
        seen: set[str] = set()
        left = [module]
        while left:
            at = left.pop()
            if at not in seen:
                seen.add(at)
                left += self.depends.get(at, [])
        return seen


def list_files(root: str) -> list[str]:
    """What git tracks or would track; every file where there is no git."""
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, capture_output=True, text=True, check=False)
        if listed.returncode == 0:
            return [p for p in set(listed.stdout.split("\0")) if p and os.path.isfile(os.path.join(root, p))]
    found = []
    for folder, names, files in os.walk(root):
        names[:] = [n for n in names if n not in (".git", "build", "__pycache__")]
        found += [os.path.relpath(os.path.join(folder, f), root).replace(os.sep, "/") for f in files]
    return found


def declared_depends(cmake: str) -> dict[str, list[str]]:
    """forescale_module(NAME a DEPENDS b c LIBS ...) -> {"a": ["b", "c"]}"""
    found = {}
    for words in re.findall(r"^\s*forescale_module\(([^)]*)\)", cmake, re.M):
        parts = re.split(r"\b(NAME|DEPENDS|LIBS)\b", words)
        section = {parts[i]: parts[i + 1].split() for i in range(1, len(parts) - 1, 2)}
        if section.get("NAME"):
            found[section["NAME"][0]] = section.get("DEPENDS", [])
    return found


NOT_CODE = re.compile(
    r"""R"(?P<raw>[^\s()\\]*)\(.*?\)(?P=raw)" | //[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" |
        (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""", re.S | re.X)


def without_comments_and_strings(text: str) -> str:
    """The code alone, line by line as it was: what stands in comments and strings is blank, except includes."""
    def blank(match: re.Match[str]) -> str:
        start = text.rfind("\n", 0, match.start()) + 1
        if text[start:match.start()].lstrip().startswith("#include"):
            return match.group()
        return re.sub(r"[^\n]", " ", match.group())
    return NOT_CODE.sub(blank, text)


def is_cpp(path: str) -> bool:
    return path.endswith((".h", ".cpp"))


def is_test(path: str) -> bool:
    return path.endswith("_test.cpp") or path.startswith("tests/") or os.path.basename(path).startswith("test_")


def module_of(path: str) -> str:
    """src/storage/sqlite/a.cpp -> storage; "" outside of src."""
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else ""


def lines(text: str) -> Iterator[tuple[int, str]]:
    yield from enumerate(text.splitlines(), 1)


def line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)')


def includes(tree: Tree, path: str) -> Iterator[tuple[int, str, bool]]:
    """Line, what is included, and whether in quotes, of every include in a file."""
    for number, line in lines(tree.code[path]):
        if match := INCLUDE.match(line):
            yield number, match.group(1) or match.group(2), match.group(1) is not None


# --- the rules ----------------------------------------------------------------------------------------------------


def layers(tree: Tree) -> Iterator[Breach]:
    """A folder includes itself and what its DEPENDS in CMakeLists.txt lead to."""
    for path in tree.code:
        module = module_of(path)
        if not module:
            continue
        if module not in tree.depends:
            yield Breach(path, 1, "layers", f"declare the folder with forescale_module(NAME {module} ...) in CMakeLists.txt")
            continue
        allowed = tree.reachable(module)
        for number, header, quoted in includes(tree, path):
            other = header.split("/")[0]
            if quoted and other in tree.depends and other not in allowed:
                yield Breach(path, number, "layers", f"{module} may not include {other}: it may use "
                             f"{', '.join(sorted(allowed - {module})) or 'nothing'}; move the code, or pass a value")


def arrows(tree: Tree) -> Iterator[Breach]:
    """The DEPENDS themselves point downwards: no edge on an edge, nothing impure under a pure folder."""
    for module, direct in tree.depends.items():
        number = line_of(tree.text["CMakeLists.txt"], tree.text["CMakeLists.txt"].find(f"NAME {module} "))
        for other in direct:
            if other not in tree.depends:
                yield Breach("CMakeLists.txt", number, "arrows", f"{module} depends on {other}, which is not declared")
            if module in EDGES and other in EDGES:
                yield Breach("CMakeLists.txt", number, "arrows", f"{module} and {other} are edges: join them in pipeline")
            if module in PURE and other not in PURE + ("base",):
                yield Breach("CMakeLists.txt", number, "arrows", f"{module} is pure and {other} is not: pass its values in")
        if any(module in tree.reachable(other) for other in direct):
            yield Breach("CMakeLists.txt", number, "arrows", f"{module} depends on itself")


def quoted_includes(tree: Tree) -> Iterator[Breach]:
    """Quotes are for files of this repository, named from src/."""
    generated = {"web/files.h"}
    known = {p[len("src/"):] for p in tree.code if p.startswith("src/")} | generated
    for path in tree.code:
        for number, header, quoted in includes(tree, path):
            if quoted and module_of(path) and header not in known:
                yield Breach(path, number, "includes", f'"{header}" is no file of src/: name it from src/, or use <> for a library')


IMPURE_HEADERS = {
    "base/clock.h": "a clock", "base/log.h": "a log", "base/queue.h": "threads", "base/text_file.h": "a file",
    "thread": "threads", "mutex": "threads", "shared_mutex": "threads", "condition_variable": "threads",
    "future": "threads", "stop_token": "threads", "latch": "threads", "barrier": "threads", "semaphore": "threads",
    "fstream": "a file", "filesystem": "a file", "cstdio": "a file", "stdio.h": "a file", "iostream": "a terminal",
    "random": "randomness of the library's making", "ctime": "a clock", "time.h": "a clock",
    "unistd.h": "the system", "netdb.h": "the network", "fcntl.h": "the system",
}
IMPURE_CODE = [
    (re.compile(r"\b(?:system|steady|high_resolution|utc|file)_clock\b"), "a clock"),
    (re.compile(r"\bstd::(?:time|clock)\s*\(|\b(?:gettimeofday|clock_gettime)\s*\("), "a clock"),
    (re.compile(r"\bstd::(?:jthread|thread|async|(?:shared_|recursive_|timed_)*mutex|condition_variable\w*)\b"), "threads"),
    (re.compile(r"\bthread_local\b"), "state of a thread"),
    (re.compile(r"\bstd::(?:[io]?fstream|filesystem)\b|\b(?:fopen|open_memstream)\s*\("), "a file"),
    (re.compile(r"\bstd::(?:cin|cout|cerr|clog)\b"), "a terminal"),
    (re.compile(r"\b(?:secure_)?getenv\s*\("), "the environment"),
    (re.compile(r"\bstd::(?:random_device|rand|srand|mt19937\w*|default_random_engine)\b|(?<![\w:.>])s?rand\s*\("), "randomness"),
    (re.compile(r"(?<![\w:.>])(?:socket|connect|getaddrinfo)\s*\("), "the network"),
    (re.compile(r"\blog::(?:debug|info|warning|warn|error)\s*\("), "a log"),
]


def pure(tree: Tree) -> Iterator[Breach]:
    """The pure folders have no clock, thread, file, environment, log, network or hidden randomness."""
    def breach(path: str, number: int, what: str) -> Breach:
        return Breach(path, number, "pure", f"{module_of(path)} is pure and this is {what}: take a value (now, seed, text) instead")
    for path, code in tree.code.items():
        if module_of(path) not in PURE or is_test(path):
            continue
        for number, header, _ in includes(tree, path):
            if what := IMPURE_HEADERS.get(header) or ("the network" if header.startswith(("sys/", "netinet/", "boost/asio")) else None):
                yield breach(path, number, what)
        for number, line in lines(code):
            for pattern, what in IMPURE_CODE:
                if pattern.search(line):
                    yield breach(path, number, what)


# The libraries that stay behind one folder's interface, so that replacing one touches one folder.
HOMES = {
    "CLI/": ("app",), "boost/asio": ("api",), "boost/beast": ("api",), "boost/url": ("api",), "prometheus/": ("monitoring",),
    "sqlite3.h": ("storage",), "yaml-cpp/": ("base",), "zlib.h": ("base",), "date/": ("base",),
    "Eigen/": ("features", "models", "prediction"),
}


def homes(tree: Tree) -> Iterator[Breach]:
    """A library that has a home is included there alone."""
    for path in tree.code:
        module = module_of(path)
        for number, header, quoted in includes(tree, path):
            for prefix, folders in HOMES.items():
                if module and not quoted and header.startswith(prefix) and module not in folders and not is_test(path):
                    yield Breach(path, number, "homes", f"<{header}> belongs to {', '.join(folders)}: use its interface")


# A registry: a function that returns a map from a name, or anything that is marked so.
REGISTRY = re.compile(
    r"^[^\n;#/]*(?:Registry|std::map<\s*std::string_view[^;{]*?>)\s*&\s*(?P<name>\w+)\(\)\s*\{[^{]*?\{|"
    r"^[^\n]*//\s*sorted\b[^\n]*\n[^{;]*\{", re.M)


def registry_names(text: str, start: int) -> list[tuple[int, str]]:
    """Offset and name of each entry of the initializer list that opens just before `start`."""
    depth, at, found = 1, start, []
    while at < len(text) and depth > 0:
        if text.startswith("//", at):
            at = text.find("\n", at)
            if at < 0:
                break
        elif text[at] == '"':
            end = at + 1
            while end < len(text) and text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            if re.search(r"[{,]\s*$", text[:at]) and (depth == 1 or re.search(r"\{\s*$", text[:at])) and depth <= 2:
                found.append((at, text[at + 1:end]))
            at = end
        else:
            depth += {"{": 1, "(": 1, "}": -1, ")": -1}.get(text[at], 0)
        at += 1
    return found


class Registry(NamedTuple):
    path: str
    function: str | None
    entries: list[tuple[int, str]]


def registries(tree: Tree) -> Iterator[Registry]:
    """Every list of plug-ins, with the line and name of its entries."""
    for path in tree.code:
        if path.endswith(".cpp") and module_of(path) and not is_test(path):
            text = tree.text[path]
            for match in REGISTRY.finditer(text):
                entries = [(line_of(text, at), name) for at, name in registry_names(text, match.end())]
                yield Registry(path, match.group("name"), entries)


def sorted_lists(tree: Tree) -> Iterator[Breach]:
    """A list of plug-ins is sorted by name, so that two people add to it without meeting."""
    for path, _, entries in registries(tree):
        for (_, before), (number, name) in zip(entries, entries[1:]):
            if name == before:
                yield Breach(path, number, "sorted", f'"{name}" stands twice in its list: remove one')
            elif name < before:
                yield Breach(path, number, "sorted", f'"{name}" stands after "{before}": sort the list by name')


def listed_plugins(tree: Tree) -> Iterator[Breach]:
    """A plugged folder has one list of its plug-ins, and every sub-folder is included there."""
    found = {registry.function: registry for registry in registries(tree)}
    for module, function in PLUGGED.items():
        subs = sorted({p.split("/")[2] for p in tree.code if module_of(p) == module and p.count("/") > 2})
        registry = found.get(function)
        if subs and (registry is None or not registry.entries):
            yield Breach(f"src/{module}", 1, "listed", f"there is no list {function}() that tidy can read: write "
                         f"`const ...Registry& {function}() {{ static const ...Registry all{{...}}; return all; }}`")
            continue
        named = set()
        for path in (registry.path, registry.path[:-len(".cpp")] + ".h") if registry else ():
            named |= {header for _, header, _ in includes(tree, path)} if path in tree.code else set()
        for sub in subs:
            if not any(header.startswith(f"{module}/{sub}/") for header in named):
                yield Breach(f"src/{module}/{sub}", 1, "listed", f"no list names this plug-in: add its line to {registry.path}")


def listed_files(tree: Tree) -> Iterator[Breach]:
    """A rule of the decision stands in the chain under the name of its file."""
    for folder, holder in LISTED.items():
        for path in tree.code:
            name = os.path.basename(path).removesuffix(".cpp")
            if path.startswith(folder) and path.endswith(".cpp") and not is_test(path):
                if f'{{"{name}",' not in tree.text.get(folder + holder, ""):
                    yield Breach(path, 1, "listed", f'nothing asks this rule: add {{"{name}", {name}}} to {folder}{holder}')


def used(tree: Tree) -> Iterator[Breach]:
    """Every header is included by more than its own source and tests, and every source is built."""
    users: dict[str, set[str]] = {}
    for path in tree.code:
        for _, header, quoted in includes(tree, path):
            if quoted:
                users.setdefault("src/" + header, set()).add(path)
    for path in tree.code:
        others = users.get(path, set()) - {path, path[:-len(".h")] + ".cpp"}
        if path.endswith(".h") and module_of(path) and not others:
            yield Breach(path, 1, "used", "nothing includes this header: remove it")
        elif path.endswith(".h") and module_of(path) and not is_test(path) and all(is_test(user) for user in others):
            yield Breach(path, 1, "used", "only tests include this header: call it test_*.h, use it in the program, or remove it")
        built = bool(module_of(path)) or path.startswith(("bench/", "tests/", "cmake/", "fuzz/"))
        if path.endswith(".cpp") and not built:
            yield Breach(path, 1, "used", "no target builds this file: move it into a folder of src/, or remove it")


def pragma_once(tree: Tree) -> Iterator[Breach]:
    """A header begins with #pragma once."""
    for path, code in tree.code.items():
        if path.endswith(".h") and not re.match(r"\s*#pragma once\n", code):
            yield Breach(path, 1, "pragma_once", "put #pragma once first")


def no_using_namespace(tree: Tree) -> Iterator[Breach]:
    """A header opens no namespace for whoever includes it."""
    for path, code in tree.code.items():
        if path.endswith(".h"):
            for number, line in lines(code):
                if re.search(r"\busing\s+namespace\b", line):
                    yield Breach(path, number, "using", "name what you use: a header opens no namespace")


def quiet(tree: Tree) -> Iterator[Breach]:
    """Libraries write to the log, never to the terminal."""
    pattern = re.compile(r"\bstd::(?:cout|cerr|clog|puts|printf|fprintf|print|println)\b|\bfmt::print(?:ln)?\b|"
                         r"(?<![\w:.>])(?:f?printf|puts|putchar)\s*\(")
    for path, code in tree.code.items():
        if module_of(path) and not path.startswith(TALKS) and not is_test(path):
            for number, line in lines(code):
                if pattern.search(line):
                    yield Breach(path, number, "quiet", "return an Error or use base/log.h: only app talks to the terminal")


def no_sleep(tree: Tree) -> Iterator[Breach]:
    """A test waits for what it is about, with a deadline, never for time to pass."""
    pattern = re.compile(r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b|(?<![\w:.>])sleep\s*\(")
    for path, code in tree.code.items():
        if is_test(path):
            for number, line in lines(code):
                if pattern.search(line):
                    yield Breach(path, number, "sleep", "use ManualClock, or wait for the event itself with a deadline")


def todo(tree: Tree) -> Iterator[Breach]:
    """Work that is left has a number under which it is tracked."""
    pattern = re.compile(r"\b(?:TO" r"DO\b(?!\(#\d+\))|FIX" r"ME\b|X" r"XX\b)")
    for path, text in tree.text.items():
        for number, line in lines(text):
            if pattern.search(line):
                yield Breach(path, number, "todo", "write TO" "DO(#12): with the number that tracks it, or do it now")


# A path that exists on one machine only.
MACHINE_PATH = re.compile(r"(?<![\w.$}~/-])/(?:home|Users|root|work|mnt|workspace)/[\w.-]")


def portable(tree: Tree) -> Iterator[Breach]:
    """No file names a folder of somebody's machine."""
    for path, text in tree.text.items():
        for number, line in lines(text):
            if MACHINE_PATH.search(line):
                yield Breach(path, number, "portable", "this path exists on one machine: make it relative, or an argument")


def layout(tree: Tree) -> Iterator[Breach]:
    """No tab, no blank at the end of a line, no long line in code, a newline at the end of the file."""
    for path, text in tree.text.items():
        code = path.endswith(CODE) or path in SCRIPTS or path.endswith("CMakeLists.txt")
        if text and not text.endswith("\n"):
            yield Breach(path, text.count("\n") + 1, "layout", "end the file with a newline")
        for number, line in lines(text):
            if "\t" in line and code:
                yield Breach(path, number, "layout", "use blanks for the tab (\\t inside a string)")
            if line != line.rstrip():
                yield Breach(path, number, "layout", "remove the blanks at the end of the line")
            if code and len(line) > LINE_MAX:
                yield Breach(path, number, "layout", f"break the line: {len(line)} characters, at most {LINE_MAX}")


RULES: list[Callable[[Tree], Iterator[Breach]]] = [
    arrows, homes, layers, layout, listed_files, listed_plugins, no_sleep, no_using_namespace, portable, pragma_once, pure, quiet,
    quoted_includes, sorted_lists, todo, used,
]


def breaches(root: str) -> list[Breach]:
    """Every breach in the checkout at `root`, sorted by file and line."""
    tree = Tree(root)
    return sorted(breach for rule in RULES for breach in rule(tree))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    parser.add_argument("--list", action="store_true", help="print the rules")
    arguments = parser.parse_args()
    if arguments.list:
        for rule in RULES:
            print(f"{rule.__name__:<20} {rule.__doc__}")
        return 0
    found = breaches(arguments.root)
    for breach in found:
        print(breach)
    print(f"tidy: {len(found)} breaches of {len(RULES)} rules" if found else f"tidy: clean, {len(RULES)} rules")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
