#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: The memray authors
"""Checks that each promise of the threat model names tests, and that these exist.

A promise is a row of a table whose last cell names its tests in backquotes: `file.Class` or `file.Class.test_name` of a
folder in tests/integration, `unit_folder: name of a test case` of tests/unit, `fuzz_corpus_name` of tests/fuzz, or
`check_name` of scripts.

Prints each wrong one and exits with 1. Argument: the repository root (default: that of this script).
"""
import re
import sys
from pathlib import Path

DOCUMENT = "cli/doc/threats.md"
INTEGRATION = re.compile(r"(\w+)\.([A-Z]\w*)(?:\.(test_\w+))?")
UNIT = re.compile(r"unit_(\w+): (.+)")
FUZZ = re.compile(r"fuzz_corpus_(\w+)")
CHECK = re.compile(r"check_(\w+)")


def rows(text):
    """(line number, last cell) of each row that is not a heading."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        is_heading = number < len(lines) and lines[number].startswith("|---")
        if line.startswith("| ") and not is_heading:
            yield number, line.rstrip("| ").rsplit(" | ", 1)[-1]


def has_integration_test(root, file, name, test):
    path = next((root / "tests/integration").glob("*/%s.py" % file), None)
    registered = (root / "tests/integration/CMakeLists.txt").read_text()
    if path is None or not re.search(r"\(%s [^)]*\b%s\b" % (file, name), registered):
        return False
    found = re.search(r"^class %s\b.*?(?=^class |\Z)" % name, path.read_text(), re.MULTILINE | re.DOTALL)
    return found is not None and (test is None or "def %s(" % test in found[0])


def has_unit_test(root, folder, name):
    sources = (root / "tests/unit" / folder).rglob("*.cpp")
    return any('TEST_CASE("%s"' % name in source.read_text() for source in sources)


def exists(root, reference):
    if match := UNIT.fullmatch(reference):
        return has_unit_test(root, *match.groups())
    if match := INTEGRATION.fullmatch(reference):
        return has_integration_test(root, *match.groups())
    if match := FUZZ.fullmatch(reference):
        return (root / "tests/fuzz" / (match[1] + ".fuzz.cpp")).is_file()
    if match := CHECK.fullmatch(reference):
        return (root / "scripts" / (match[0] + ".py")).is_file()
    return False


def complaints(root):
    for number, cell in rows((root / DOCUMENT).read_text()):
        references = re.findall(r"`([^`]+)`", cell)
        if not references:
            yield number, "a promise without a test"
        for reference in references:
            if not exists(root, reference):
                yield number, "no such test: " + reference


def main():
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent).resolve()
    found = list(complaints(root))
    for number, complaint in found:
        print("%s:%d: %s" % (DOCUMENT, number, complaint))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
