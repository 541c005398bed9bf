"""What the documents tell people to type is accepted by what they type it to."""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer

from common.application.documents import COLLECTIONS
from common.domain.intake_health import HEALTH
from infra.cli.main import app
from tests.architecture.tree import ROOT

DOCUMENTS = (
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "infra").rglob("*.md")),
)
OPERATIONS = ROOT / "docs" / "operations.md"
CLOUD = ROOT / "infra" / "cloud"
_FENCED = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"`([^`\n]+)`")
_SEPARATORS = {"|", "||", "&&", ";", ">", ">>", "<", "2>&1", "&"}
_BEFORE = {"xargs", "sudo", "time", "exec"}


class Command(NamedTuple):
    """One command as it is written down. A mention within a sentence may leave arguments out."""

    document: str
    words: tuple[str, ...]
    mentioned: bool = False


def _commands(path: Path, program: str) -> Iterator[Command]:
    """Every call of the program in shell blocks, and every mention that begins with it."""
    text, name = path.read_text(), path.relative_to(ROOT).as_posix()
    for language, block in _FENCED.findall(text):
        if language in ("sh", "bash", "console"):
            for line in block.replace("\\\n", " ").splitlines():
                for words in _simple(line):
                    if words[:1] == [program]:
                        yield Command(name, tuple(words[1:]))
    for span in _INLINE.findall(_FENCED.sub("", text)):
        for words in _simple(span):
            if words[:1] == [program]:
                yield Command(name, tuple(words[1:]), mentioned=True)


def _simple(line: str) -> Iterator[list[str]]:
    """The simple commands of a line of shell; what isn't one (a quote that spans lines) has none."""
    try:
        # What is put in by a command that stands in quotes is a command too.
        found = shlex.shlex(
            line.replace('"$(', " ; ").replace(')"', " ; "), posix=True, punctuation_chars="|&;<>()$"
        )
        found.whitespace_split, found.commenters = True, "#"
        words = list(found)
    except ValueError:
        return
    command: list[str] = []
    for word in [*words, ";"]:
        if word in _SEPARATORS or set(word) <= set("();&|<>$"):
            if command:
                yield command
            command = []
        elif not (not command and (word in _BEFORE or re.fullmatch(r"\w+=.*", word))):
            command.append(word)


def _written(program: str) -> list[Command]:
    return sorted({one for path in DOCUMENTS for one in _commands(path, program)})


@cache
def _recoup() -> Any:
    return typer.main.get_command(app([]))


def _parse(words: tuple[str, ...], *, mentioned: bool) -> None:
    """As the command line would read it; nothing is carried out."""
    command, rest = _recoup(), list(words)
    while hasattr(command, "commands") and rest and not rest[0].startswith("-"):
        name = rest.pop(0)
        assert name in command.commands, f"there is no {name}; there are {', '.join(command.commands)}"
        command = command.commands[name]
    if hasattr(command, "commands"):
        assert mentioned or rest == ["--help"], "a command must be named"
        return
    try:
        command.make_context(command.name, rest)
    except Exception as problem:
        if not (mentioned and type(problem).__name__ == "MissingParameter"):
            raise


def _titles(one: Command) -> str:
    return f"{one.document}: recoup {' '.join(one.words)}"


@pytest.mark.parametrize("command", _written("recoup"), ids=_titles)
def test_the_command_line_takes_it(command: Command) -> None:
    _parse(command.words, mentioned=command.mentioned)


@pytest.mark.parametrize(
    "words",
    [
        ("dead-letters", "list", "--nope"),
        ("nope",),
        ("dead-letters", "nope"),
        ("cost", "--carts", "many"),
        ("replay",),
    ],
)
def test_a_wrong_command_is_found(words: tuple[str, ...]) -> None:
    with pytest.raises(Exception, match=r".+"):
        _parse(words, mentioned=False)


def test_commands_are_found_wherever_they_stand_in_a_line() -> None:
    line = "X=1 recoup doctor --json | jq . && recoup pause > out.txt # recoup nothing"
    assert list(_simple(line)) == [
        ["recoup", "doctor", "--json"],
        ["jq", "."],
        ["recoup", "pause"],
        ["out.txt"],
    ]
    assert [one for one in _simple('eval "$(x)"; recoup cost') if one[0] == "recoup"] == [["recoup", "cost"]]


@pytest.mark.parametrize("script", sorted(CLOUD.glob("*.sh")), ids=lambda path: path.name)
def test_options_of_the_scripts_are_theirs(script: Path) -> None:
    known = set(re.findall(r"--[a-z][a-z-]*", script.read_text()))
    for one in _written(f"infra/cloud/{script.name}"):
        options = {word.partition("=")[0] for word in one.words if word.startswith("--")}
        assert options <= known, f"{one.document}: {script.name} {' '.join(one.words)}"


def test_scripts_that_documents_name_are_there() -> None:
    text = "\n".join(path.read_text() for path in DOCUMENTS)
    named = set(re.findall(r"infra/cloud/[a-z_]+\.sh", text))
    assert {"infra/cloud/deploy.sh", "infra/cloud/rollback.sh", "infra/cloud/destroy.sh"} <= named
    assert not [name for name in named if not (ROOT / name).is_file()]


def test_a_restore_brings_back_every_collection_but_the_pause() -> None:
    listed = re.findall(r"--collection-ids=(\S+)", OPERATIONS.read_text())
    kept = {*COLLECTIONS, "config", "config_status"} - {HEALTH}
    assert [set(one.split(",")) for one in listed] == [kept]


def test_operations_say_what_to_do_about_each_alert() -> None:
    told = OPERATIONS.read_text()
    source = "".join(path.read_text() for path in CLOUD.glob("*.tf"))
    titles = set(re.findall(r'\btitle\s*= "([^"]+)", what', source))
    titles |= set(re.findall(r'\btitle\s*= "([^"]+)"\n\s*what', source))
    titles |= set(re.findall(r'display_name\s*= "Recoup: ([^"$]+)"\n\s*combiner', source))
    assert len(titles) >= 8
    assert not [title for title in sorted(titles) if f"*{title}*" not in told]
