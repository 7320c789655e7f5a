#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Checks what README.md and cli/doc say against the sources.

README.md is short; links lead to files and headings that exist; options in the user guide are options of a command; the
folders of architecture.md, and what each includes, are those of scripts/check_layers.py.

Prints each fault and exits with 1. Argument: the repository root (default: that of this script).
"""
import re
import sys
from pathlib import Path

sys.dont_write_bytecode = True
import check_layers  # noqa: E402: no folder of bytecode beside the scripts

MOST_WORDS = 1200
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")
# Of CLI11, and of other programs that the guide names.
OTHER_OPTIONS = {"--help", "--cap-add", "--profile"}


def documents(root):
    return [root / "README.md", *sorted((root / "cli/doc").glob("*.md"))]


def without_blocks(text):
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path):
    """Of headings, as they are made of their text on the web."""
    for title in re.findall(r"^#+ (.+)$", without_blocks(path.read_text(encoding="utf-8")), re.MULTILINE):
        yield re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def length(root):
    words = len((root / "README.md").read_text(encoding="utf-8").split())
    if words > MOST_WORDS:
        yield f"README.md has {words} words; {MOST_WORDS} are allowed"


def links(root):
    for path in documents(root):
        for target in LINK.findall(without_blocks(path.read_text(encoding="utf-8"))):
            file, _, anchor = target.partition("#")
            if "://" in target:
                continue
            there = path.parent / file if file else path
            if not there.exists() or (anchor and anchor not in anchors(there)):
                yield f"{path.relative_to(root)}: no such place: {target}"


def options(root):
    sources = [*(root / "cli/commands").rglob("*.cpp"), *(root / "cli/command_line").glob("*.cpp"),
               *(root / "symbolizer").glob("*.cpp")]
    declared = set()
    for source in sources:
        text = source.read_text(encoding="utf-8")
        for names in re.findall(r'add_(?:option|flag)\w*\(\s*"([^"]+)"', text):
            declared.update(names.split(","))
    guide = (root / "cli/doc/guide.md").read_text(encoding="utf-8")
    code = re.findall(r"`([^`\n]+)`", without_blocks(guide)) + re.findall(r"^\$ (memray.*)$", guide, re.MULTILINE)
    for option in sorted(set(OPTION.findall("\n".join(code))) - declared - OTHER_OPTIONS):
        yield f"cli/doc/guide.md: no command has the option {option}"


def folders(root):
    """Of architecture.md, a row for each folder: name, what it is, what it includes."""
    rows = {}
    for line in (root / "cli/doc/architecture.md").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| `([\w/]+)` \| .* \| ((?:`[\w/]+` ?)*)\|$", line):
            rows[match[1]] = set(re.findall(r"`([\w/]+)`", match[2]))
    for name in sorted(rows.keys() ^ check_layers.ALLOWED.keys()):
        yield f"cli/doc/architecture.md and scripts/check_layers.py differ in {name}"
    for name in sorted(rows):
        if not (root / name).is_dir():
            yield f"cli/doc/architecture.md: no such folder: {name}"
        elif rows[name] != check_layers.ALLOWED.get(name, set()) - {name}:
            yield f"cli/doc/architecture.md: {name} includes something else"


CHECKS = (length, links, options, folders)


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = [fault for check in CHECKS for fault in check(root)]
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
