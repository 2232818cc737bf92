"""Who may import whom, where processes start, who prints, and how big a module may grow: read from the source."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from statistics import median

import pytest

PACKAGE = Path(__file__).parents[1] / "autoinstall"

LEVELS = (
    {"errors", "events", "deadline", "process", "__init__"},
    {"answers"},
    {"catalogue", "terminal"},
    {"dialog"},
    {"recording"},
    {"console"},
    {"toolstack"},
    {"image"},
    {"installer", "guest"},
    {"sessions"},
    {"build"},
    {"cli"},
    {"__main__"},
)
"""The rooms from the ground up: a room imports only from levels below its own; the ground imports itself."""

APART = "rehearsal"
"""A program of its own: it imports nothing of ours, and nothing of ours imports it."""

PURE = {"terminal", "dialog"}
DATA_ONLY = {"__future__", "codecs", "collections", "dataclasses", "difflib", "enum", "fnmatch", "functools"}
DATA_ONLY |= {"itertools", "json", "operator", "pyte", "re", "types", "typing", "unicodedata", "wcwidth"}
"""All that the pure rooms, and what they import of ours, may use: no clock, no process, no file."""

STARTS_PROCESSES = "autoinstall.process"
PROCESS_MODULES = {"subprocess", "pty", "multiprocessing", "asyncio", "concurrent", "ptyprocess"}
PROCESS_CALLS = re.compile(
    r"os\.(fork|forkpty|exec\w+|spawn\w+|posix_spawn\w*|system|popen)|pexpect\.(spawn|run\w*)"
)
HARMLESS = {"subprocess.TimeoutExpired", "concurrent.futures.ThreadPoolExecutor"}
PRINTS = {"autoinstall.cli.output"}
ANSWERS_A_PARENT = {"autoinstall.catalogue.making", "autoinstall.answers.template_worker"}
"""Programs of ours that write to stdout by themselves, because it is their parent's pipe."""

LONGEST_MODULE = 400
USUAL_MODULE = 200
LONGEST_FUNCTION = 60


@dataclass(frozen=True)
class Module:
    """One source file: its dotted name, its text and its syntax tree."""

    name: str
    text: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The package below `autoinstall` (or the module of the ground)."""
        return self.name.split(".")[1] if "." in self.name else "__init__"

    @property
    def imports(self) -> Iterator[str]:
        """The dotted name of each thing imported, wherever in the file."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert not node.level, f"{self.name} has a relative import"
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    @property
    def functions(self) -> Iterator[tuple[str, int]]:
        """Name and number of lines of each function."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1

    @property
    def speaks_of(self) -> set[str]:
        """The dotted names (`os.fork`) that the file uses or imports; annotations do not count."""
        annotations = {id(part) for hint in _annotations(self.tree) for part in ast.walk(hint)}
        names = (node for node in ast.walk(self.tree) if isinstance(node, ast.Attribute | ast.Name))
        return {ast.unparse(node) for node in names if id(node) not in annotations} | set(self.imports)


def _annotations(tree: ast.Module) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef) and node.returns:
            yield node.returns


@cache
def modules() -> dict[str, Module]:
    """All modules of the package by their names."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        text = path.read_text("utf-8")
        found[name] = Module(name, text, ast.parse(text, str(path)))
    return found


def driver() -> list[Module]:
    """The modules of the driver: all but the rehearsal's."""
    return [module for module in modules().values() if module.room != APART]


def ours(module: Module) -> set[str]:
    """The modules of ours that one imports; a name out of a module is that module."""
    found = set()
    for name in module.imports:
        if name in modules():
            found.add(name)
        elif (parent := name.rpartition(".")[0]) in modules():
            found.add(parent)
    return found - {"autoinstall", module.name}


def foreign(module: Module) -> set[str]:
    """The packages of others that one imports."""
    return {name.partition(".")[0] for name in module.imports} - {"autoinstall"}


def level_of(room: str) -> int:
    for level, rooms in enumerate(LEVELS):
        if room in rooms:
            return level
    raise AssertionError(f"the room {room!r} has no level: give it one here and in ARCHITECTURE.md")


def test_there_is_something_to_read() -> None:
    assert len(modules()) > 100
    assert {module.room for module in driver()} == set().union(*LEVELS)


@pytest.mark.parametrize("module", driver(), ids=lambda module: module.name)
def test_imports_run_downwards(module: Module) -> None:
    own = level_of(module.room)
    for name in ours(module):
        room = modules()[name].room
        assert room != APART, f"{module.name} imports the rehearsal"
        assert room == module.room or level_of(room) < own or own == 0, f"{module.name} imports {name}"


def test_the_rehearsal_stands_alone() -> None:
    for module in modules().values():
        if module.room == APART:
            strangers = {name for name in ours(module) if modules()[name].room != APART}
            assert not strangers, f"{module.name} imports {strangers}"


def test_no_module_imports_itself_over_others() -> None:
    try:
        TopologicalSorter({module.name: ours(module) for module in modules().values()}).prepare()
    except CycleError as cycle:
        pytest.fail(" <- ".join(cycle.args[1]))


def test_terminal_and_dialog_are_functions_over_data() -> None:
    reached = {module.name for module in driver() if module.room in PURE}
    while more := {name for known in reached for name in ours(modules()[known])} - reached:
        reached |= more
    for name in sorted(reached):
        module = modules()[name]
        assert foreign(module) <= DATA_ONLY, f"{name} imports {foreign(module) - DATA_ONLY}"
        assert not module.speaks_of & {"open", "input", "print"}, name


def test_processes_start_in_one_module() -> None:
    for module in driver():
        if module.name != STARTS_PROCESSES:
            started = {
                name
                for name in module.speaks_of
                if PROCESS_CALLS.fullmatch(name) or name.partition(".")[0] in PROCESS_MODULES
            }
            assert started <= HARMLESS | {"subprocess"}, f"{module.name} speaks of {started}"


def test_one_module_prints() -> None:
    for module in driver():
        if module.name not in PRINTS | ANSWERS_A_PARENT:
            said = module.speaks_of & {
                "print",
                "sys.stdout",
                "sys.stderr",
                "sys.__stdout__",
                "sys.__stderr__",
            }
            assert not said, f"{module.name} speaks of {said}"


def test_modules_are_small() -> None:
    lines = {module.name: module.text.count("\n") for module in modules().values()}
    assert not {name: count for name, count in lines.items() if count > LONGEST_MODULE}
    assert median(lines.values()) < USUAL_MODULE
    big = [name for name, count in lines.items() if count > USUAL_MODULE]
    assert len(big) < len(lines) / 5, big


def test_functions_are_short() -> None:
    for module in modules().values():
        for name, lines in module.functions:
            assert lines <= LONGEST_FUNCTION, f"{module.name}.{name} has {lines} lines"


def test_each_public_module_says_what_it_is_for() -> None:
    for module in modules().values():
        assert ast.get_docstring(module.tree), module.name
