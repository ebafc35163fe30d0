"""What is run and what is demanded of it. A case is one process; it prints METRIC VALUE lines, its least value counts.
Names: "weft" and "weft recording" are ours, "floor" is the least the machine allows, the others are peers."""

K = "100000"

# subset -> [(who, program, arguments)]
CASES = {
    "switch": [
        ("weft", "weft_bench", ["switch"]),
        ("Boost.Context", "peer_boost_context", ["switch"]),
        ("C++20", "peer_cxx20", ["switch"]),
        ("ucontext", "peer_ucontext", ["switch"]),
        ("greenlet", "python:greenlet", ["switch"]),
        ("std::thread", "peer_threads", ["switch"]),
        ("floor", "floor", ["switch"]),
    ],
    "yield": [
        *((who, program, ["yield", n]) for n in ("2", K) for who, program in (
            ("weft", "weft_bench"), ("Boost.Fiber", "peer_boost_fiber"), ("Go", "peer_go"), ("floor", "floor"))),
        ("State Threads", "peer_state_threads", ["yield"]),
        ("gevent", "python:gevent", ["yield", "2"]),
    ],
    "spawn": [
        ("weft", "weft_bench", ["spawn"]),
        ("Boost.Fiber", "peer_boost_fiber", ["spawn"]),
        ("Boost.Fiber pooled", "peer_boost_fiber", ["spawn", "0", "pooled"]),
        ("Go", "peer_go", ["spawn"]),
        ("gevent", "python:gevent", ["spawn"]),
        ("floor", "floor", ["spawn"]),
    ],
    "alive": [
        ("weft", "weft_bench", ["alive", K]),
        ("Boost.Fiber", "peer_boost_fiber", ["alive", K]),
        ("Go", "peer_go", ["alive", K]),
        ("floor", "floor", ["alive", K]),
    ],
    "message": [
        *((who, program, [mode]) for mode in ("message", "buffered") for who, program in (
            ("weft", "weft_bench"), ("Boost.Fiber", "peer_boost_fiber"), ("Go", "peer_go"))),
        ("gevent", "python:gevent", ["message"]),
    ],
    "mutex": [
        ("weft", "weft_bench", ["mutex"]),
        ("Boost.Fiber", "peer_boost_fiber", ["mutex"]),
        ("Go", "peer_go", ["mutex"]),
        ("gevent", "python:gevent", ["mutex"]),
    ],
    "sleepers": [
        ("weft", "weft_bench", ["sleepers", K]),
        ("Boost.Fiber", "peer_boost_fiber", ["sleepers", K]),
        ("Go", "peer_go", ["sleepers", K]),
        ("floor", "floor", ["sleepers", K]),
    ],
    "trace": [
        ("weft recording", "weft_bench", ["yield", "2", "record", "{trace}"]),
        ("weft", "weft_bench", ["yield", "2"]),
        ("weft without recorder", "weft_bench_bare", ["yield", "2"]),
        ("weft recording", "weft_bench", ["message", "0", "record", "{trace}"]),
        ("weft", "weft_bench", ["message"]),
        ("weft without recorder", "weft_bench_bare", ["message"]),
        ("Boost.Fiber", "peer_boost_fiber", ["yield", "2"]),
        ("State Threads", "peer_state_threads", ["yield"]),
        ("Go", "peer_go", ["yield", "2"]),
        ("Go tracing", "peer_go", ["yield", "2", "record", "{trace}"]),
        ("Go", "peer_go", ["message"]),
        ("Go tracing", "peer_go", ["message", "0", "record", "{trace}"]),
        ("LTTng-UST", "peer_lttng", ["{trace}"]),
        ("floor", "floor", ["trace"]),
    ],
    "memory": [
        ("weft", "weft_bench", ["parked", "1000000"]),
        ("weft", "weft_bench", ["churn", "1000000"]),
    ],
}

TITLES = {
    "switch_ns": "raw switch, floating-point control kept, ns",
    "switch_flags_ns": "raw switch, sticky floating-point flags differ, ns",
    "yield_2_ns": "yield, two coroutines, ns",
    "yield_100000_ns": "yield, 100 000 coroutines, ns",
    "usleep_0_ns": "st_usleep(0), ns",
    "spawn_ns": "spawn, run, end, join, one at a time, ns",
    "alive_first_ns": "100 000 alive at once: spawn, park, wake, end; fresh stacks, ns each",
    "alive_again_ns": "the same once more, stacks reused, ns each",
    "alive_mean_ns": "mean of the first and two more rounds, ns each",
    "parked_bytes": "a parked coroutine, resident bytes",
    "message_ns": "message through a rendezvous channel, ns",
    "buffered_ns": "message through a buffered channel (1024), ns",
    "mutex_ns": "contended mutex, lock to unlock over a yield, ns",
    "yield_2_growth_ns": "beside a recorded yield: processor time of the thread that makes the file grow, ns",
    "message_growth_ns": "beside a recorded message: the same, ns",
    "sleeper_cpu_ns": "100 000 random sleepers, processor ns each",
    "sleeper_late_us": "their mean lateness, us",
    "yield_2_bytes": "recorded bytes a yield",
    "message_bytes": "recorded bytes a rendezvous message",
    "tracepoint_ns": "a tracepoint with two numbers, session on, ns",
    "tracepoint_bytes": "its bytes",
    "clock_ns": "reading the clock, ns",
    "event_ns": "clock and a few bytes, ns",
    "mappings": "lines in /proc/self/maps, a million guarded stacks",
    "after_end_bytes": "resident bytes per coroutine after a million have ended",
    "after_idle_bytes": "the same three seconds later",
    "growth_bytes": "growth of the process while a million come and go, bytes",
}


class Ratio:
    """Ours over theirs, at most `limit`. `theirs` may be (who, metric) with a metric of its own."""

    def __init__(self, subset, metric, theirs, limit, their_metric=None, ours="weft"):
        self.subset, self.metric, self.ours, self.theirs = subset, metric, ours, theirs
        self.their_metric, self.limit = their_metric or metric, limit

    def value(self, rounds):
        """Of each round, then the median: both sides of a round ran within seconds of one another."""
        ours = rounds.get((self.subset, self.ours, self.metric))
        theirs = rounds.get((self.subset, self.theirs, self.their_metric))
        return [a / b for a, b in zip(ours, theirs)] if ours and theirs else None

    def title(self):
        name = TITLES[self.metric].removesuffix(", ns").removesuffix(", ns each")
        return f"{name}: {self.ours} / {self.theirs}"

    unit = "x"


class Most:
    """A figure of ours, at most `limit`."""

    def __init__(self, subset, metric, limit):
        self.subset, self.metric, self.limit = subset, metric, limit

    def value(self, rounds):
        return rounds.get((self.subset, "weft", self.metric))

    def title(self):
        return TITLES[self.metric]

    unit = ""


class EventCost:
    """What one recorded event adds to an operation beyond the clock, in ns: (on - off) / events - clock."""

    def __init__(self, metric, events, limit):
        self.subset, self.metric, self.events, self.limit = "trace", metric, events, limit

    def value(self, rounds):
        parts = [rounds.get(("trace", who, m)) for who, m in
                 (("weft recording", self.metric), ("weft", self.metric), ("floor", "clock_ns"))]
        if not all(parts):
            return None
        return [(on - off) / self.events - clock for on, off, clock in zip(*parts)]

    def title(self):
        name = TITLES[self.metric].removesuffix(", ns")
        return f"recording one event beyond the clock read ({name})"

    unit = " ns"


class AddedCost:
    """What recording adds to an operation of ours, over what it adds to the same one of a peer, at most `limit`."""

    def __init__(self, metric, theirs, theirs_off, limit):
        self.subset, self.metric, self.theirs, self.theirs_off, self.limit = "trace", metric, theirs, theirs_off, limit

    def value(self, rounds):
        parts = [rounds.get(("trace", who, self.metric)) for who in
                 ("weft recording", "weft", self.theirs, self.theirs_off)]
        if not all(parts):
            return None
        return [(on - off) / (their_on - their_off) for on, off, their_on, their_off in zip(*parts)]

    def title(self):
        name = TITLES[self.metric].removesuffix(", ns")
        return f"what recording adds to a {name}: weft / {self.theirs}"

    unit = "x"


class EventOverTracepoint:
    """What one recorded event adds to a yield of ours, clock and all, over one tracepoint of a peer."""

    def __init__(self, theirs, limit):
        self.subset, self.theirs, self.limit = "trace", theirs, limit

    def value(self, rounds):
        parts = [rounds.get(("trace", who, metric)) for who, metric in
                 (("weft recording", "yield_2_ns"), ("weft", "yield_2_ns"), (self.theirs, "tracepoint_ns"))]
        if not all(parts):
            return None
        return [(on - off) / tracepoint for on, off, tracepoint in zip(*parts)]

    def title(self):
        return f"a recorded event / a tracepoint of {self.theirs}"

    unit = "x"


DEMANDS = [
    Ratio("switch", "switch_ns", "Boost.Context", 0.9),
    Ratio("switch", "switch_flags_ns", "Boost.Context", 0.15),
    Ratio("yield", "yield_2_ns", "Boost.Fiber", 0.2),
    Ratio("yield", "yield_2_ns", "State Threads", 0.5),
    Ratio("yield", "yield_100000_ns", "Boost.Fiber", 0.2),
    Ratio("spawn", "spawn_ns", "Go", 0.2),
    Ratio("alive", "alive_first_ns", "Go", 0.9),
    Ratio("alive", "alive_again_ns", "Go", 0.15, "alive_first_ns"),
    Ratio("message", "message_ns", "Go", 0.4),
    Ratio("message", "buffered_ns", "Boost.Fiber", 0.7),
    Ratio("mutex", "mutex_ns", "Boost.Fiber", 0.35),
    Ratio("sleepers", "sleeper_cpu_ns", "Go", 0.4),
    Ratio("sleepers", "sleeper_late_us", "Go", 1.0),
    EventCost("yield_2_ns", 1, 3.0),
    EventCost("message_ns", 4, 3.0),
    Ratio("trace", "yield_2_ns", "Boost.Fiber", 1.0, ours="weft recording"),
    Ratio("trace", "yield_2_ns", "State Threads", 1.0, ours="weft recording"),
    AddedCost("yield_2_ns", "Go tracing", "Go", 1.0),
    AddedCost("message_ns", "Go tracing", "Go", 1.0),
    EventOverTracepoint("LTTng-UST", 1.0),
    Ratio("trace", "yield_2_bytes", "Go tracing", 1.0, ours="weft recording"),
    Ratio("trace", "yield_2_ns", "weft without recorder", 1.02),
    Ratio("trace", "message_ns", "weft without recorder", 1.02),
    Most("memory", "parked_bytes", 4608),
    Most("memory", "mappings", 65530),
    Most("memory", "after_idle_bytes", 600),
    Most("memory", "growth_bytes", 1 << 20),
]
