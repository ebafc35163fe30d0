#!/usr/bin/env python3
"""./dev bench [SUBSET...] [--quick] [--rounds N] [--core N] [--json] [--write]

Runs weft, the floors and the peers, pinned to one core, every program once a round, and prints a table with the ratios
that are demanded. Figures are processor time (lateness excepted), of a round the least of its repetitions, of all
rounds the median. A peer that is not installed is said to be missing. Exit status 0 also where a demand is missed."""
import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from cases import CASES, DEMANDS, TITLES  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SYSTEM_PYTHON = "/usr/bin/python3"  # Debian's packages are that one's


def command_of(program, arguments, folder):
    if program.startswith("python:"):
        module = program.removeprefix("python:")
        found = subprocess.run([SYSTEM_PYTHON, "-c", f"import {module}"], capture_output=True, check=False)
        if found.returncode != 0:
            return None
        return [SYSTEM_PYTHON, os.path.join(HERE, "peers", "python_peer.py"), module, *arguments]
    path = os.path.join(folder, program)
    return [path, *arguments] if os.access(path, os.X_OK) else None


def run_once(command, core, environment):
    def pin():
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {core})

    with tempfile.TemporaryDirectory() as temporary:  # one each: nobody writes over another's trace
        command = [a.replace("{trace}", os.path.join(temporary, "bench.trace")) for a in command]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, preexec_fn=pin, env=environment,
                              check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)}: status {done.returncode}: {done.stderr.strip()[-300:]}")
    least = {}
    for line in done.stdout.splitlines():
        words = line.split()
        if len(words) == 2:
            value = float(words[1])
            least[words[0]] = min(value, least.get(words[0], value))
    return least


def measure(subsets, rounds, core, folder, say):
    """(subset, who, metric) -> one value a round; and who is missing."""
    values, missing, broken = {}, set(), {}
    environment = {k: v for k, v in os.environ.items() if not k.startswith("WEFT_")}
    plan = []
    for subset in subsets:
        for who, program, arguments in CASES[subset]:
            command = command_of(program, arguments, folder)
            if command is None:
                missing.add(who)
            else:
                plan.append((subset, who, command))
    for i in range(rounds):
        say(f"round {i + 1} of {rounds}")
        for subset, who, command in plan:
            try:
                figures = run_once(command, core, environment)
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                broken[who] = str(error)
                continue
            for metric, value in figures.items():
                values.setdefault((subset, who, metric), []).append(value)
    return values, sorted(missing), broken


def machine():
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as f:
            model = next(line.split(":", 1)[1].strip() for line in f if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    compiler = subprocess.run(["c++", "--version"], capture_output=True, text=True, check=False).stdout.split("\n")[0]
    go = subprocess.run(["go", "version"], capture_output=True, text=True, check=False).stdout.strip() \
        if any(os.access(os.path.join(p, "go"), os.X_OK) for p in os.environ["PATH"].split(":")) else "no Go"
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "compiler": compiler,
        "go": go,
        "load": [round(x, 1) for x in os.getloadavg()],
        "date": datetime.date.today().isoformat(),
    }


def number(x):
    return f"{x:,.2f}" if abs(x) < 1000 else f"{x:,.0f}"


def demands(values, subsets):
    rows = []
    for d in DEMANDS:
        if d.subset not in subsets:
            continue
        each = d.value(values)
        median = statistics.median(each) if each else None
        rows.append({"what": d.title(), "limit": d.limit, "unit": d.unit, "value": median,
                     "range": [min(each), max(each)] if each else None,
                     "met": None if median is None else median <= d.limit})
    return rows


def tables(values, rows, missing, broken):
    lines = []
    metrics = {}
    for (subset, who, metric), v in values.items():
        metrics.setdefault((subset, metric), []).append((who, v))
    lines += ["| measured | who | median | least | most |", "|---|---|---:|---:|---:|"]
    for (_, metric), entries in metrics.items():
        title = TITLES.get(metric, metric)
        for who, v in entries:
            lines.append(f"| {title} | {who} | {number(statistics.median(v))} | {number(min(v))} | {number(max(v))} |")
            title = ""
    lines += ["", "| demand | at most | measured | range | |", "|---|---:|---:|---|---|"]
    for row in rows:
        unit = row["unit"]
        if row["value"] is None:
            lines.append(f"| {row['what']} | {row['limit']:,}{unit} | - | | not measured |")
            continue
        low, high = row["range"]
        lines.append(f"| {row['what']} | {row['limit']:,}{unit} | {number(row['value'])}{unit} | "
                     f"{number(low)} to {number(high)} | {'met' if row['met'] else '**missed**'} |")
    if missing:
        lines += ["", "Not installed, so not measured: " + ", ".join(missing) + "."]
    for who, why in broken.items():
        lines += ["", f"{who} failed: {why}"]
    return lines


def aligned(lines):
    """The markdown table with columns of equal width, for a terminal."""
    out, block = [], []

    def flush():
        if not block:
            return
        rows = [[c.strip() for c in line.strip("|").split("|")] for line in block]
        right = [c.endswith(":") for c in rows[1]]
        del rows[1]
        widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
        for r in rows:
            cells = [c.rjust(w) if is_right else c.ljust(w) for c, w, is_right in zip(r, widths, right)]
            out.append("  ".join(cells).rstrip())
        block.clear()

    for line in lines:
        if line.startswith("|"):
            block.append(line)
        else:
            flush()
            out.append(line)
    flush()
    return out


def page(facts, command, lines, rounds, core):
    with open(os.path.join(HERE, "page.md"), encoding="utf-8") as f:
        text = f.read()
    head = [
        f"Measured on {facts['date']}: {facts['processor']}, {facts['cores']} cores, {facts['system']}; "
        f"{facts['compiler']}; {facts['go']}. Load average {facts['load'][0]} (other programs ran beside).",
        f"Command: `{command}` ({rounds} rounds, core {core}).",
    ]
    return text.replace("@MACHINE@", "\n".join(head)).replace("@TABLES@", "\n".join(lines))


def main():
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.split("\n\n", 1)[1])
    parser.add_argument("subset", nargs="*", help=f"which: {' '.join(CASES)}; all of them without")
    parser.add_argument("--quick", action="store_true", help="2 rounds, without memory (a million coroutines)")
    parser.add_argument("--rounds", type=int, help="how often everything is run (7)")
    parser.add_argument("--core", type=int, help="the core that all are pinned to (the last one)")
    parser.add_argument("--json", action="store_true", help="figures of every round, as JSON on stdout")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    parser.add_argument("--build", default="build/bench/tests/bench", help=argparse.SUPPRESS)
    options = parser.parse_args()
    for subset in options.subset:
        if subset not in CASES:
            parser.error(f"there is no subset '{subset}'; there are: {' '.join(CASES)}")
    subsets = options.subset or [s for s in CASES if not (options.quick and s == "memory")]
    rounds = options.rounds or (2 if options.quick else 7)
    cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]
    core = cores[-1] if options.core is None else options.core
    facts = machine()
    values, missing, broken = measure(subsets, rounds, core, options.build,
                                      lambda text: print("weft: " + text, file=sys.stderr, flush=True))
    rows = demands(values, subsets)
    lines = tables(values, rows, missing, broken)
    if options.json:
        figures = [{"subset": s, "who": w, "metric": m, "rounds": v, "median": statistics.median(v)}
                   for (s, w, m), v in values.items()]
        print(json.dumps({"machine": facts, "rounds": rounds, "core": core, "figures": figures, "demands": rows,
                          "missing": missing, "failed": broken}, indent=1))
    else:
        print(f"{facts['processor']}, {facts['system']}, core {core}, {rounds} rounds, load {facts['load'][0]}\n")
        print("\n".join(aligned(lines)))
    if options.write:
        command = " ".join(["./dev bench", *(a for a in sys.argv[1:])])
        with open("docs/performance.md", "w", encoding="utf-8") as f:
            f.write(page(facts, command, lines, rounds, core))
    return 1 if any(who.startswith("weft") for who in broken) else 0


sys.exit(main())
