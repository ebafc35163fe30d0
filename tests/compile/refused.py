#!/usr/bin/env python3
"""refused.py SOURCE COMPILER [FLAG...]: each line of SOURCE with `// error: GCC'S WORDS | CLANG'S WORDS` is an error with
one of them and of one line, and no other line is an error."""
import re
import subprocess
import sys

source, compiler = sys.argv[1], sys.argv[2:]
done = subprocess.run([*compiler, "-fsyntax-only", source], stderr=subprocess.PIPE, text=True, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
errors = {}
for file, line, text in re.findall(r"^([^:\n]+):(\d+):\d+: (?:fatal )?error: (.*)$", done.stderr, re.M):
    errors.setdefault((file, int(line)), []).append(text)
wrong = 0
for number, line in enumerate(open(source), 1):
    wanted = re.search(r"// error: (.*)", line)
    if not wanted or line.startswith("//"):
        continue
    said = errors.pop((source, number), [])
    if len(said) != 1 or not any(words in said[0] for words in wanted.group(1).split(" | ")):
        wrong += 1
        print("%s:%d: expected one error with '%s', got %s" % (source, number, wanted.group(1), said or "none"))
for (file, number), said in errors.items():
    wrong += 1
    print("%s:%d: an error too many: %s" % (file, number, said))
sys.exit(1 if wrong else 0)
