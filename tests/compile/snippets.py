#!/usr/bin/env python3
"""snippets.py ROOT OUT COMPILER [FLAG...]: compiles the C++ in weft's documents and in the comments of its headers.

What counts as a snippet is decided by form alone, so that none can be left out:
  - in README.md and docs/*.md each block that begins with ```cpp;
  - in runtime/include/weft/*.hpp each run of comment lines that stand three spaces in, behind an empty comment line or
    at the beginning of a comment.
A snippet with a main is a program. Of any other, the function definitions go to namespace scope and the rest into a
function; `{ ... }` is an empty body, and what it takes for granted is declared in context.hpp. The sources that come of
it lie in OUT; their errors name the line in the document. Exit status 1: one does not compile,
or there is none at all.
"""
import pathlib
import re
import subprocess
import sys


def from_markdown(text):
    """Yields (line number of the first line, lines)."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        if lines[at].strip() == "```cpp":
            indent = len(lines[at]) - len(lines[at].lstrip())
            begin = at = at + 1
            while lines[at].strip() != "```":
                at += 1
            yield begin + 1, [line[indent:] for line in lines[begin:at]]
        at += 1


def from_header(text):
    lines = text.split("\n")
    comment = re.compile(r"^\s*//   (.*)$")
    at = 0
    while at < len(lines):
        before = lines[at - 1].strip() if at > 0 else ""
        if comment.match(lines[at]) and (before == "//" or not before.startswith("//")):
            begin = at
            while at < len(lines) and comment.match(lines[at]):
                at += 1
            yield begin + 1, [comment.match(line).group(1) for line in lines[begin:at]]
        at += 1


def parts(lines):
    """Splits a fragment into definitions at namespace scope and what is left; the other lines of each are blank."""
    definitions, rest = [""] * len(lines), list(lines)
    at = 0
    while at < len(lines):
        # A function: it begins at the margin, has no assignment before its parameters, and ends with a brace there.
        if re.match(r"^[\w:<>, ]+\([^=;]*\) \{$", lines[at]) and not re.match(r"^(for|if|while|weft::\w+\()", lines[at]):
            while True:
                definitions[at], rest[at] = lines[at], ""
                if lines[at] == "}":
                    break
                at += 1
        at += 1
    return definitions, rest


def is_program(lines):
    return any(re.match(r"^int main\(", text) for text in lines)


def program(path, line, lines):
    return "\n".join(["#line %d \"%s\"" % (line, path), *lines]) + "\n"


def fragments(snippets):
    out = ['#include "context.hpp"']
    for number, (path, line, lines) in enumerate(snippets):
        definitions, rest = parts([text.replace("{ ... }", "{}") for text in lines])
        out += ["namespace snippet_%d {" % number, "#line %d \"%s\"" % (line, path)] + definitions
        out += ["[[maybe_unused]] void statements() {", "#line %d \"%s\"" % (line, path)] + rest + ["}", "}"]
    return "\n".join(out) + "\n"


def main():
    root, out, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
    here = pathlib.Path(__file__).resolve().parent
    out.mkdir(parents=True, exist_ok=True)
    documents = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    headers = sorted((root / "runtime/include/weft").glob("*.hpp"))
    programs, rest, missing = [], [], []
    for kind, paths, extract in (("documents", documents, from_markdown), ("headers", headers, from_header)):
        found = 0
        for path in paths:
            snippets = [(str(path.relative_to(root)), *snippet) for snippet in extract(path.read_text())]
            found += len(snippets)
            programs += [program(*one) for one in snippets if is_program(one[2])]
            rest += [one for one in snippets if not is_program(one[2])]
        print("%d snippets in the %s" % (found, kind))
        missing += [kind] if found == 0 else []
    failed = 0
    for number, text in enumerate([fragments(rest), *programs]):
        file = out / ("snippets_%d.cpp" % number)
        file.write_text(text)
        done = subprocess.run([*compiler, "-Wno-unused", "-fsyntax-only", "-I", str(here), str(file)])
        failed += done.returncode != 0
    return 1 if failed or missing else 0


sys.exit(main())
