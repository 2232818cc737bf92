"""`autoinstall completion SHELL`: the script that completes our command line."""

from __future__ import annotations

import argparse

import shtab

from autoinstall.cli.output import Output
from autoinstall.cli.parser import make_parser


def run(arguments: argparse.Namespace, output: Output) -> int:
    output.raw(shtab.complete(make_parser(), shell=arguments.shell))
    return 0
