#!/usr/bin/env python3
"""A second reader of trace files, written from docs/trace-format.md alone: whoever changes the format without saying
so there is found out. It shares nothing with runtime/trace.

  independent_reader.py FILE.weft            one line an event
  independent_reader.py FILE.weft DUMP.txt   compares it with what `weft dump FILE.weft` printed, and looks into packed
                                             checkpoints; exit status 1: something is not as it should be
  independent_reader.py --sizes FILE.weft    how many bytes each event type takes
"""
import collections
import re
import struct
import sys

REASONS = """start_timer sleep fd_readable fd_writable join join_all gather wait_tasks as_completed task_group pool_slot
pool_join future select mutex recursive_mutex shared_mutex_exclusive shared_mutex_shared condition_variable semaphore event
latch barrier queue_get queue_put queue_join channel_receive channel_send offload process signal thread awaitable server_drain
resolve main_end""".split()
WORDS = {
    9: "none ready running blocked done failed cancelled".split(),
    10: ["none"] + REASONS,
    11: "none granted cancelled timed_out closed deadlock started expired".split(),
    12: """none task mutex recursive_mutex shared_mutex condition_variable semaphore event latch barrier queue channel future
        pool task_group server process thread other""".split(),
}
READY_BITS = {"readable": 1, "writable": 2, "error": 4}
REAL, SIGNED, READY = 14, 15, 13
WAKE_REMOTE = 33

Event = collections.namedtuple("Event", "ticks thread ordinal type args text size")


class Damage(Exception):
    pass


def varint(data, at, end):
    value = shift = 0
    while at < end and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            if value >= 1 << 64:
                raise Damage("a varint of more than 64 bits")
            return value, at
    raise Damage("a varint is cut off")


class Trace:
    def __init__(self, data):
        self.data = data
        if data[:8] != b"\x89weft\r\n\x1a":
            raise Damage("not a trace")
        (self.major, self.minor, self.header_bytes, self.chunk_bytes, self.flags, required, self.rate,
         self.start) = struct.unpack_from("<HHIIIQQQ", data, 8)
        if self.major > 1 or required != 0:
            raise Damage("a newer format")
        self.schema = {}
        (count,) = struct.unpack_from("<I", data, 256)
        for i in range(min(count, 96)):
            kind, args, text = struct.unpack_from("<BBB", data, 272 + 32 * i)
            kinds = data[275 + 32 * i:281 + 32 * i]
            name = data[281 + 32 * i:304 + 32 * i].split(b"\0")[0].decode()
            if kind != 0 and args <= 6 and kind not in self.schema:
                self.schema[kind] = (name, kinds[:args], text != 0)
        self.threads = collections.defaultdict(list)  # chunks by thread
        for at in range(self.header_bytes, len(data) - 63, self.chunk_bytes):
            magic, thread = struct.unpack_from("<4sI", data, at)
            if magic == b"chnk" and thread < 4096:
                (ordinal,) = struct.unpack_from("<Q", data, at + 16)
                self.threads[thread].append((ordinal, at))

    def chunk_events(self, thread, at):
        committed, _, ordinal, ticks = struct.unpack_from("<IIQQ", self.data, at + 8)
        committed = min(committed, self.chunk_bytes - 64)
        first = at + 64
        end = min(first + committed, len(self.data))
        at = first
        while at < end:
            begin = at
            kind = self.data[at]
            if kind not in self.schema:
                return
            _, kinds, has_text = self.schema[kind]
            try:
                elapsed, at = varint(self.data, at + 1, end)
                args = []
                for _ in kinds:
                    value, at = varint(self.data, at, end)
                    args.append(value)
                text = b""
                if has_text:
                    length, at = varint(self.data, at, end)
                    if length > 4096 or at + length > end:
                        return
                    text = self.data[at:at + length]
                    at += length
            except Damage:
                return
            ticks = (ticks + elapsed) % (1 << 64)
            yield Event(ticks, thread, ordinal, kind, args, text, at - begin)
            ordinal += 1

    def thread_events(self, thread):
        for _, at in sorted(self.threads[thread]):
            yield from self.chunk_events(thread, at)

    def nanoseconds(self, ticks):
        since = (ticks - self.start) % (1 << 64)
        if since >= 1 << 63:
            return -((((1 << 64) - since) * 10**9) // self.rate)
        return since * 10**9 // self.rate

    def events(self):
        """All threads in one order, as the page's chapter Order says."""
        lines = {t: list(self.thread_events(t)) for t in sorted(self.threads)}
        next_of = {t: 0 for t in lines}

        def waits(event):
            if event.type != WAKE_REMOTE or event.args[3] == 0:
                return False
            waker = event.args[3] - 1
            if waker == event.thread or waker not in lines:
                return False
            rest = lines[waker][next_of[waker]:next_of[waker] + 1]
            return bool(rest) and rest[0].ordinal <= event.args[4]

        while True:
            heads = [lines[t][next_of[t]] for t in lines if next_of[t] < len(lines[t])]
            if not heads:
                return
            free = [h for h in heads if not waits(h)] or heads
            first = min(free, key=lambda h: (self.nanoseconds(h.ticks), h.thread))
            next_of[first.thread] += 1
            yield first


class Packed:
    """A packed checkpoint, as the page's chapter of that name says."""

    SITE, SLOT, AGO, FD, LEFT, OBJECT, ID, NAME, STATUS, PARENT, OWNER = range(11)

    def __init__(self, count, base):
        self.count, self.base = count, base  # the base's ids in order
        self.rate = self.to_come = None
        self.ready, self.rows, self.kept, self.objects = [], {}, [], {}
        self.ready_slot = self.ready_for = self.next_of_base = self.object = 0
        self.group = collections.defaultdict(lambda: ([0] * 11, 0, 0, 0))  # row, waited, steps of name and object
        self.last = [0] * 11

    def read(self, text):
        at = 0

        def number():
            nonlocal at
            value, at = varint(text, at, len(text))
            return value

        def difference(expected):
            return (expected + unzigzag(number())) % (1 << 64)

        while at < len(text):
            if self.rate is None:
                self.rate = number()
                self.to_come = number()
            elif len(self.ready) < self.to_come:
                head = number()
                self.ready_slot += 1
                if head & 1:
                    self.ready_slot = difference(self.ready_slot)
                self.ready_for -= unzigzag(head >> 1)
                self.ready.append((self.ready_slot, self.ready_for))
            elif len(self.rows) + len(self.kept) < self.count:
                head = number()
                n = head >> 2
                if head & 3 == 0:
                    for _ in range(n):
                        self.row(0, difference)
                elif head & 3 == 1:
                    self.row(n, difference)
                else:
                    if head & 3 == 2:
                        self.kept += self.base[self.next_of_base:self.next_of_base + n]
                    self.next_of_base += n
            else:
                head = number()
                owner = number() if head & 1 else 0
                depth = number() if head & 2 else 0
                self.object = (self.object + unzigzag(head >> 3)) % (1 << 64)
                self.objects[self.object] = (owner, depth, head & 4 != 0)

    def row(self, differ, difference):
        site = self.last[self.SITE]
        if differ & 1:
            site = difference(site)
        before, waited, name_step, object_step = self.group[site % 16]
        row = list(before)
        row[self.SITE] = site
        row[self.SLOT] = self.last[self.SLOT] + 1
        row[self.ID] = self.last[self.ID] + 1
        row[self.AGO] = (row[self.AGO] - 1) % (1 << 64)
        row[self.FD] += row[self.FD] != 0
        row[self.OBJECT] = (row[self.OBJECT] + object_step) % (1 << 64)
        row[self.NAME] = (row[self.NAME] + name_step) % (1 << 64)
        for field in range(1, 11):
            if differ >> field & 1:
                row[field] = difference(row[field])
        name_step = row[self.NAME] - before[self.NAME]
        if row[self.STATUS] & 15 == 3:
            waited = difference(waited)
            object_step = row[self.OBJECT] - before[self.OBJECT]
        else:
            for field in (self.AGO, self.FD, self.LEFT, self.OBJECT, self.OWNER):
                row[field] = before[field]
        self.group[site % 16] = (row, waited, name_step, object_step)
        self.last = row
        self.rows[row[self.ID]] = row

    def wrong(self, running, spawned):
        if len(self.rows) + len(self.kept) != self.count:
            return f"{len(self.rows)} rows and {len(self.kept)} kept are not {self.count}"
        of_status = {status: [r[self.SLOT] for r in self.rows.values() if r[self.STATUS] & 15 == status] for status in range(16)}
        if of_status[2] != [running] * (running != 0):
            return f"{of_status[2]} run, not {running}"
        if sorted(of_status[1]) != sorted(slot for slot, _ in self.ready):
            return f"{of_status[1]} are ready, {self.ready} stand in the queue"
        for number, row in self.rows.items():
            told = [row[self.SLOT], row[self.PARENT], row[self.NAME], row[self.SITE]]
            if told != spawned.get(number):
                return f"coroutine {number} is {told}, it was spawned as {spawned.get(number)}"
        return None


def unzigzag(value):
    return (value >> 1) ^ -(value & 1)


def wrong_checkpoint(trace):
    """What the first packed checkpoint says that cannot be, in a trace where all are spawned; None: nothing."""
    for thread in trace.threads:
        spawned, known, packed = {}, {}, None  # known: the ids of each checkpoint by its first ordinal
        for event in trace.thread_events(thread):
            name = trace.schema[event.type][0]
            if name in ("spawn", "spawn_after"):
                slot, number, parent, called, site = event.args[:5]
                spawned[number] = [slot, parent, called, site]
            elif name == "checkpoint_part" and event.args[0] + len(event.text) != 0:
                flags, count, slot, _, back, _ = event.args
                if flags & 1:
                    packed, running, first = Packed(count, known[event.ordinal - back] if back else []), slot, event.ordinal
                packed.read(event.text)
                if flags & 2:
                    found = packed.wrong(running, spawned)
                    if found:
                        return f"the checkpoint at {first} of thread {thread}: {found}"
                    if not packed.base:
                        known[first] = sorted(packed.rows)
    return None


TOKEN = re.compile(r'(\w+)=("(?:[^"\\]|\\.)*"|\S+)|("(?:[^"\\]|\\.)*")')


def unquoted(quoted):
    def one(match):
        escape = match.group(1)
        if escape[0:1] == b"x":
            return bytes([int(escape[1:], 16)])
        return {b"n": b"\n", b"t": b"\t"}.get(escape, escape)

    return re.sub(rb"\\(x[0-9a-f]{2}|.)", one, quoted[1:-1].encode())


def value_of(kind, word):
    if kind in WORDS and word in WORDS[kind]:
        return WORDS[kind].index(word)
    if kind == READY and not word.isdigit():
        return sum(READY_BITS[w] for w in word.split("|"))
    if kind == REAL:
        if word.startswith("0x"):
            return int(word[2:], 16)
        return struct.unpack("<Q", struct.pack("<d", float(word)))[0]
    number = int(word)
    return (number << 1) ^ (number >> 63) if kind == SIGNED else number


def compare(trace, dump):
    types = {name: kind for kind, (name, _, _) in trace.schema.items()}
    events = enumerate(trace.events())
    for line in dump:
        words = line.split(None, 4)
        if not words or not words[0].isdigit():
            continue
        n, time, thread, name = words[:4]
        kinds = trace.schema[types[name]][1]
        args, text = [], b""
        for key, value, _ in TOKEN.findall(words[4] if len(words) > 4 else ""):
            if key == "text":
                text = unquoted(value)
            elif key:
                args.append(value_of(kinds[len(args)], value))
        seconds, fraction = time.split(".")
        time_ns = int(seconds + fraction)
        place, event = next(events, (None, None))
        if event is None:
            return f"event {n} is not in the file"
        # Readers may round a time to either side.
        if (int(n) != place or thread != f"T{event.thread}" or types[name] != event.type or args != event.args or
                text != event.text or abs(time_ns - trace.nanoseconds(event.ticks)) > 1):
            return f"event {n}: dump says {line.strip()!r}, the file has {event}"
    rest = next(events, None)
    return f"event {rest[0]} is not in the dump: {rest[1]}" if rest else None


def main(arguments):
    sizes = arguments[:1] == ["--sizes"]
    if sizes:
        arguments = arguments[1:]
    with open(arguments[0], "rb") as file:
        trace = Trace(file.read())
    if sizes:
        count, total = collections.Counter(), collections.Counter()
        for thread in trace.threads:
            for event in trace.thread_events(thread):
                name = trace.schema[event.type][0]
                count[name] += 1
                total[name] += event.size
        for name, size in total.most_common():
            print(f"{name:22} {count[name]:10} x {size / count[name]:6.2f} = {size:10}")
        print(f"{'all':22} {count.total():10} x {total.total() / max(count.total(), 1):6.2f} = {total.total():10}")
    elif len(arguments) == 1:
        for n, event in enumerate(trace.events()):
            name = trace.schema[event.type][0]
            print(n, trace.nanoseconds(event.ticks), f"T{event.thread}", name, *event.args, event.text)
    else:
        with open(arguments[1], encoding="utf-8") as dump:
            difference = compare(trace, dump) or wrong_checkpoint(trace)
        if difference:
            sys.exit(difference)


if __name__ == "__main__":
    main(sys.argv[1:])
