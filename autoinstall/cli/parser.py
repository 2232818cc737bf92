"""The command line: its commands and options, and nothing that they do."""

from __future__ import annotations

import argparse
from pathlib import Path

import autoinstall

SHELLS = ("bash", "zsh", "tcsh")
TOOLSTACKS = ("xm", "xl", "qemu", "rehearsal")
STAGES = ("disk", "netboot", "install", "boot", "configure", "clean", "export", "verify")

EXIT_CODES = """exit codes:
  0 done   1 the job failed   2 usage   3 a given file is invalid   4 host or network failed (try again)
  5 verification failed   6 busy   70 a bug of ours   130, 143 interrupted"""


def make_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(
        prog="autoinstall",
        description="Installs an operating system by answering its installer's own menus on the guest's console.",
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"autoinstall {autoinstall.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_validate(commands)
    _add_plan(commands)
    _add_build(commands)
    _add_answer(commands)
    _add_drive(commands)
    _add_rehearse(commands)
    _add_record(commands)
    _add_inspect(commands)
    _add_replay(commands)
    _add_learn(commands)
    _add_diff(commands)
    _add_questions(commands)
    _add_import_preseed(commands)
    _add_export_preseed(commands)
    _add_publish(commands)
    _add_clean(commands)
    _add_schema(commands)
    _add_completion(commands)
    return parser


_Commands = argparse._SubParsersAction


def _add_validate(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "validate", "check an answers file: all that is wrong, at once")
    _answers(parser)
    _catalogue(parser)
    _set(parser)
    _json(parser)


def _add_plan(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "plan", "print the stages, domain descriptions and questions; touch nothing")
    _answers(parser)
    parser.add_argument("--toolstack", choices=TOOLSTACKS, help="default: xl, else xm, whichever is on PATH")
    _set(parser)
    _json(parser)


def _add_build(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "build", "install, configure, export and verify an image")
    _answers(parser)
    parser.add_argument("--toolstack", choices=TOOLSTACKS, help="default: xl, else xm, whichever is on PATH")
    parser.add_argument(
        "--host", metavar="ssh://USER@HOST[:PORT]", help="the Xen host, over ssh (default: this machine)"
    )
    _build_options(parser)
    _set(parser)
    _json(parser)


def _add_answer(commands: _Commands[argparse.ArgumentParser]) -> None:
    does = "answer the dialog at which a kept build stopped, and go on from that very screen"
    parser = _command(commands, "answer", does)
    build = parser.add_argument("build", metavar="BUILD", type=Path, help="the folder of a build with --keep")
    _completed(build, _FOLDERS)
    parser.add_argument(
        "given",
        metavar="NAME=VALUE",
        nargs="+",
        help="an answer by its question's name; =VALUE for the dialog on the screen; "
        "VALUE is text, a YAML list or secret:REFERENCE",
    )
    _json(parser)


def _add_drive(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "drive", "answer the installer on any console command")
    parser.usage = "autoinstall drive ANSWERS [--catalogue FILE] [-o FILE.cast] [options] -- COMMAND..."
    _answers(parser)
    _catalogue(parser)
    output = parser.add_argument(
        "-o", "--output", metavar="FILE.cast", type=Path, help="record the session (appended to)"
    )
    _completed(output, _FILES)
    _set(parser)
    _json(parser)


def _add_rehearse(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "rehearse", "build against a simulated Xen host, which can misbehave")
    _answers(parser, optional=True)
    recording = parser.add_argument(
        "--from",
        metavar="FILE.cast",
        type=Path,
        dest="recording",
        help="ask the dialogs of a recording, in its order (ends with the install unless --until says otherwise)",
    )
    _completed(recording, _FILES)
    parser.add_argument(
        "--fault",
        action="append",
        default=[],
        metavar="NAME[=N][@QUESTION]",
        help="misbehave: N times, where that question stands; can be given again",
    )
    parser.add_argument("--faults", action="store_true", help="list the faults, and do nothing else")
    parser.add_argument(
        "--seed", type=int, metavar="N", help="the same seed gives the same faults at the same places"
    )
    _build_options(parser)
    _set(parser)
    _json(parser)


def _add_record(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "record", "drive a console command yourself, and record the session")
    parser.usage = "autoinstall record -o FILE.cast [options] -- COMMAND..."
    output = parser.add_argument(
        "-o", "--output", metavar="FILE.cast", type=Path, required=True, help="the recording to write"
    )
    _completed(output, _FILES)


def _add_inspect(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "inspect", "print the dialogs and lifecycle events of a recording")
    _recording(parser, "recording", "FILE.cast")
    _catalogue(parser)
    _json(parser)


def _add_replay(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "replay", "hold an answers file against a recording, without a hypervisor")
    _recording(parser, "recording", "FILE.cast")
    answers = parser.add_argument(
        "--answers", metavar="ANSWERS", type=Path, required=True, help="the answers file"
    )
    _completed(answers, _FILES)
    parser.add_argument(
        "--level",
        choices=("decisions", "keys"),
        default="decisions",
        help="decisions: the same answers (default); keys: the same keys too, for recordings of autoinstall's own",
    )
    _catalogue(parser)
    _set(parser)
    _json(parser)


def _add_learn(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "learn", "write an answers file from a recorded session")
    _recording(parser, "recording", "FILE.cast")
    _new_file(parser, "ANSWERS", required=True)
    _catalogue(parser)
    _json(parser)


def _add_diff(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "diff", "compare two recorded sessions, dialog by dialog")
    _recording(parser, "before", "A.cast")
    _recording(parser, "after", "B.cast")
    _catalogue(parser)
    _json(parser)


def _add_questions(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "questions", "list what an installer can ask, out of its own templates")
    parser.usage = "autoinstall questions INITRD | MIRROR SUITE [options]"
    source = parser.add_argument(
        "source", metavar="INITRD|MIRROR", help="an initrd or templates file, or the URL of a mirror"
    )
    _completed(source, _FILES)
    parser.add_argument(
        "suite", metavar="SUITE", nargs="?", help="a suite of the mirror: trixie, precise, ..."
    )
    keyring = parser.add_argument(
        "--keyring",
        metavar="FILE",
        type=Path,
        help="what vouches for the mirror (default: Debian's or Ubuntu's)",
    )
    _completed(keyring, _FILES)
    parser.add_argument("--architecture", metavar="NAME", default="amd64", help="default: amd64")
    parser.add_argument(
        "--language",
        metavar="LANG",
        help="texts in this language alone, as de or pt_BR (default: en; JSON: all)",
    )
    _json(parser)


def _add_import_preseed(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "import-preseed", "make an answers file of a preseed file")
    preseed = parser.add_argument("preseed", metavar="FILE", type=Path, help="the preseed file")
    _completed(preseed, _FILES)
    _new_file(parser, "ANSWERS")
    _json(parser)


def _add_export_preseed(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(
        commands, "export-preseed", "make a preseed file of an answers file, without its secrets"
    )
    _answers(parser)
    _new_file(parser, "FILE")
    _set(parser)
    _json(parser)


def _add_publish(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "publish", "the marketplace files and commands of a build's image")
    build = parser.add_argument("build", metavar="BUILD", type=Path, help="the folder of a finished build")
    _completed(build, _FOLDERS)
    parser.add_argument("--check", action="store_true", help="enforce the marketplaces' rules (exit 5)")
    _json(parser)


def _add_clean(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "clean", "remove what builds left on hosts and disks: only what is ours")
    builds = parser.add_argument(
        "builds",
        metavar="BUILD",
        nargs="*",
        help="a build folder (default: all without a --work of their own); with --host, a build's id",
    )
    _completed(builds, _FOLDERS)
    parser.add_argument(
        "--host",
        metavar="ssh://USER@HOST[:PORT]",
        help="what builds left there whose folders are lost; without a BUILD, list it",
    )
    _json(parser)


def _add_schema(commands: _Commands[argparse.ArgumentParser]) -> None:
    _command(commands, "schema", "print the JSON Schema of answers files")


def _add_completion(commands: _Commands[argparse.ArgumentParser]) -> None:
    parser = _command(commands, "completion", "print the completion script of a shell")
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


_FILES = {"bash": "_shtab_compgen_files", "zsh": "_files", "tcsh": "f"}
_FOLDERS = {"bash": "_shtab_compgen_dirs", "zsh": "_files -/", "tcsh": "d"}


def _completed(argument: argparse.Action, by: dict[str, str]) -> None:
    argument.complete = by  # type: ignore[attr-defined]  # shtab reads it there


def _command(commands: _Commands[argparse.ArgumentParser], name: str, does: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        name, help=does, description=does[0].upper() + does[1:] + ".", allow_abbrev=False
    )
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing but the result and failures")
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="tell each dialog, answer and step"
    )
    return parser


def _answers(parser: argparse.ArgumentParser, *, optional: bool = False) -> None:
    answers = parser.add_argument(
        "answers", metavar="ANSWERS", type=Path, nargs="?" if optional else None, help="the answers file"
    )
    _completed(answers, _FILES)


def _new_file(parser: argparse.ArgumentParser, metavar: str, *, required: bool = False) -> None:
    does = "the file to write, a new one" + ("" if required else " (default: stdout)")
    output = parser.add_argument("-o", "--output", metavar=metavar, type=Path, required=required, help=does)
    _completed(output, _FILES)


def _recording(parser: argparse.ArgumentParser, name: str, metavar: str) -> None:
    recording = parser.add_argument(name, metavar=metavar, type=Path, help="a recording of a console")
    _completed(recording, _FILES)


def _catalogue(parser: argparse.ArgumentParser) -> None:
    catalogue = parser.add_argument(
        "--catalogue",
        metavar="FILE",
        type=Path,
        help="an initrd or a debconf templates file that names the questions (default: those we ship)",
    )
    _completed(catalogue, _FILES)


def _build_options(parser: argparse.ArgumentParser) -> None:
    work = parser.add_argument(
        "--work", metavar="DIR", type=Path, help="the build folder (made where missing)"
    )
    _completed(work, _FOLDERS)
    parser.add_argument("--resume", action="store_true", help="go on with the build in that folder")
    parser.add_argument(
        "--reuse", action="store_true", help="start from the newest finished install of this kind"
    )
    parser.add_argument(
        "--until", choices=STAGES, metavar="STAGE", help="the last stage to do: " + ", ".join(STAGES)
    )
    parser.add_argument("--keep", action="store_true", help="leave the guest alive when the build fails")


def _set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        dest="overrides",
        help="override a value of the answers file (secret:NAME for a secret); can be given again",
    )


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--json", action="store_true", help="print one JSON document on stdout, nothing else there"
    )
