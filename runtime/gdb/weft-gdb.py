# What gdb has to know of weft's coroutines. Works on a running process and on a core file, on x86-64 and AArch64.
#
#   info weft            every coroutine: id, name, state, what it waits for, since when, where it was spawned
#   weft bt ID|all       the backtrace of a suspended coroutine, or of all
#   weft select ID       up, down, frame, info locals now show this coroutine; weft select 0 goes back to the thread
#
# gdb loads it by itself for an installed program or libweft that it finds under its auto-load directory. Otherwise:
#   (gdb) source /usr/share/weft/weft-gdb.py          (a line for ~/.gdbinit)
# It reads weft's own structures, so libweft must have been built with debug information (-g).
#
# A core file has no registers to write: the coroutine's frames are shown by an unwinder that says of the selected
# thread's innermost frame that it was called by the suspended coroutine.

import gdb
import gdb.unwinder


class Trouble(gdb.GdbError):
    pass


# ---- reading the program's memory. Members of the C++ library are read as the plain memory they are, because their
# private names differ from library to library and from version to version.

def read(address, size):
    return bytes(gdb.selected_inferior().read_memory(address, size))


def read_word(address):
    return int.from_bytes(read(address, 8), "little")


def read_c_string(address, limit=4096):
    if address == 0:
        return ""
    text = b""
    while len(text) < limit:
        try:
            piece = read(address + len(text), 64 - (address + len(text)) % 64)
        except gdb.MemoryError:
            break
        end = piece.find(b"\0")
        if end >= 0:
            return readable(text + piece[:end])
        text += piece
    return readable(text)


def readable(text):
    return "".join(c if c.isprintable() else "?" for c in text.decode("utf-8", "replace"))


def address_of(value):
    return int(value.address)


def read_source_location(value):
    at = address_of(value)  # a file, a function, a line
    return "%s:%d" % (read_c_string(read_word(at)).rsplit("/", 1)[-1], int.from_bytes(read(at + 16, 4), "little"))


def word_of(enumerator):
    return str(enumerator).rsplit("::", 1)[-1].rstrip(")")


def type_of(name):
    try:
        return gdb.lookup_type(name)
    except gdb.error:
        raise Trouble("weft: this program has no debug information of libweft (%s is unknown)" % name)


# ---- what the program knows

class Coroutine:
    def __init__(self, value, scheduler):
        self.value = value
        self.scheduler = scheduler
        self.id = int(value["id"])
        self.status = word_of(value["status"]["value_"])
        self.is_running = int(scheduler["running_"]) == int(value.address)
        self.sp = int(value["sp"])
        memory = value["memory"]  # null: none yet
        self.stack_base = int(memory["base"]) if int(memory) != 0 else 0
        self.stack_end = self.stack_base + (int(memory["size"]) if int(memory) != 0 else 0)

    def task(self):
        work = self.value["work"]
        if int(work) == 0:
            return None
        # Not by dynamic_cast: gdb does not find the types of tasks whose function is a lambda.
        if "unwinding" in gdb.execute("info symbol %#x" % read_word(int(work)), to_string=True):
            return None
        task_state = type_of("weft::detail::task_state")
        base = next(f for f in task_state.fields() if f.is_base_class and f.type.name == "weft::core::body")
        return int(work) - base.bitpos // 8, task_state

    def task_member(self, name):
        # By address: gdb looks for a whole object's real type whenever it is dereferenced, and warns that it finds none.
        address, kind = self.task()
        field = next(f for f in kind.fields() if f.name == name)
        return gdb.Value(address + field.bitpos // 8).cast(field.type.pointer()).dereference()

    def name(self):
        if self.task() is None:
            return "" if int(self.value["work"]) == 0 else "unwind dropped"
        return read_c_string(read_word(address_of(self.task_member("name_")))) or self.site()

    def site(self):
        return read_source_location(self.task_member("where_")) if self.task() is not None else ""

    def has_stack(self):
        return self.stack_base != 0 and (self.is_running or self.sp != 0)

    def state(self):
        if self.is_running:
            return "running"
        if self.status == "ready" and not self.has_stack():
            return "ready (not started)"
        return self.status

    def waits_for(self):
        if self.is_running or self.status != "blocked":
            return ""
        text = word_of(self.value["reason"])
        obj = self.value["object"]
        if int(obj) != 0:
            obj = obj.dereference()
            text += " on " + word_of(obj["kind_"])
            name = read_c_string(read_word(address_of(obj["name_"])))
            if name:
                text += ' "%s"' % name
            else:
                number = read_word(address_of(obj["id_"]))
                text += " %#x" % (number or int(obj.address))
            owner = read_word(address_of(obj["owner"]))
            if owner != 0 and owner != self.id:
                text += ", owner #%d" % owner
        elif int(self.value["fd"]) >= 0:
            text += " fd %d" % int(self.value["fd"])
        ago = int(self.scheduler["counts_"]["switches"]) - int(self.value["blocked_at"])
        return text + ", since %d switch%s" % (ago, "" if ago == 1 else "es")


def all_schedulers():
    type_of("weft::core::scheduler")
    try:
        at = gdb.parse_and_eval("weft::core::scheduler_list::first_")
    except gdb.error as error:
        raise Trouble("weft: cannot find the schedulers: %s" % error)
    while int(at) != 0:
        yield at.dereference()
        at = at.dereference()["links_"]["next"]


def coroutines_of(scheduler):
    at = scheduler["live_"]["oldest_"]
    while int(at) != 0:
        yield Coroutine(at.dereference(), scheduler)
        at = at.dereference()["younger"]


def find(number):
    for scheduler in all_schedulers():
        for c in coroutines_of(scheduler):
            if c.id == number:
                return c
    raise Trouble("weft: there is no coroutine #%d; 'info weft' lists them" % number)


# ---- unwinding

class FrameId:
    def __init__(self, sp, pc):
        self.sp = sp
        self.pc = pc


class SuspendedCoroutine(gdb.unwinder.Unwinder):
    """Says that the thread's innermost frame was called by a suspended coroutine."""

    def __init__(self):
        super().__init__("weft")
        self.target = None

    def show(self, coroutine):
        """From now on the frames above the innermost one are the coroutine's; None: the thread's own."""
        self.target = None
        gdb.invalidate_cached_frames()
        if coroutine is None:
            return
        frame = gdb.newest_frame()
        architecture = frame.architecture().name()
        self.names = ("rsp", "rip") if architecture.startswith("i386") else ("sp", "pc")
        self.innermost = [int(frame.read_register(n)) & 0xFFFFFFFFFFFFFFFF for n in self.names]
        saved = type_of("weft::core::(anonymous namespace)::frame")
        self.registers = {}
        for field in saved.fields():
            if field.type.sizeof == 8 and field.name[0] in "rx":
                self.registers[field.name] = read_word(coroutine.sp + field.bitpos // 8)
        goes_on = self.registers["rip"] if self.names[1] == "rip" else self.registers["x30"]
        self.registers[self.names[0]] = coroutine.sp + saved.sizeof
        self.registers[self.names[1]] = goes_on
        self.target = coroutine
        gdb.invalidate_cached_frames()

    def __call__(self, pending):
        if self.target is None:
            return None
        for name, value in zip(self.names, self.innermost):
            if int(pending.read_register(name)) & 0xFFFFFFFFFFFFFFFF != value:
                return None
        # Inner to the coroutine's frames, else gdb takes the stack for broken.
        info = pending.create_unwind_info(FrameId(gdb.Value(self.target.sp), gdb.Value(self.innermost[1])))
        word = gdb.lookup_type("unsigned long")
        for name, value in self.registers.items():
            kind = pending.read_register(name).type
            info.add_saved_register(name, gdb.Value(value).cast(word).cast(kind))
        return info


unwinder = SuspendedCoroutine()
gdb.unwinder.register_unwinder(None, unwinder, replace=True)


def thread_that_runs(coroutine):
    for thread in gdb.selected_inferior().threads():
        thread.switch()
        frame = gdb.newest_frame()
        name = "rsp" if frame.architecture().name().startswith("i386") else "sp"
        if coroutine.stack_base <= int(frame.read_register(name)) < coroutine.stack_end:
            return thread
    return None


def print_backtrace(coroutine):
    print('#%d "%s": %s %s' % (coroutine.id, coroutine.name(), coroutine.state(), coroutine.waits_for()))
    if not coroutine.has_stack():
        print("    (has no stack yet)")
        return
    before = gdb.selected_thread()
    selected_before = unwinder.target
    try:
        if coroutine.is_running:
            unwinder.show(None)
            thread = thread_that_runs(coroutine)
            if thread is None:
                print("    (runs, but on a generator's or greenlet's stack, or its thread cannot be seen)")
                return
            print("    (on thread %s)" % thread.num)
            gdb.execute("backtrace")
        else:
            unwinder.show(coroutine)
            # Without the first frame, which is the thread's own.
            text = gdb.execute("backtrace", to_string=True)
            lines = text.splitlines()
            first = next((i for i, line in enumerate(lines) if line.startswith("#1 ")), len(lines))
            print("\n".join(lines[first:]))
    finally:
        before.switch()
        unwinder.show(selected_before)


# ---- the commands

class cpp:
    """Names are C++ even while the selected frame is in a C library."""

    def __enter__(self):
        self.before = gdb.parameter("language")
        gdb.execute("set language c++", to_string=True)

    def __exit__(self, *ignored):
        gdb.execute("set language %s" % self.before, to_string=True)


class InfoWeft(gdb.Command):
    """Lists weft's coroutines: id, name, state, what they wait for and since when, where they were spawned."""

    def __init__(self):
        super().__init__("info weft", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        with cpp():
            self.list_all()

    def list_all(self):
        found = False
        for number, scheduler in enumerate(all_schedulers(), 1):
            found = True
            rows = [("Id", "Name", "State", "Waits for", "Spawned at")]
            for c in coroutines_of(scheduler):
                rows.append((str(c.id), c.name(), c.state(), c.waits_for(), c.site()))
            print("scheduler %d: %d coroutines, %d switches" % (number, len(rows) - 1,
                                                                int(scheduler["counts_"]["switches"])))
            widths = [max(len(row[i]) for row in rows) for i in range(4)]
            for row in rows:
                line = "  ".join([row[0].rjust(widths[0])] + [row[i].ljust(widths[i]) for i in (1, 2, 3)] + [row[4]])
                print(line.rstrip())
        if not found:
            print("no weft scheduler runs in this process")


class Weft(gdb.Command):
    """weft bt ID|all: backtraces of suspended coroutines. weft select ID: look around in one; 0: back to the thread."""

    def __init__(self):
        super().__init__("weft", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        with cpp():
            self.obey(gdb.string_to_argv(argument))

    def obey(self, words):
        if len(words) == 2 and words[0] in ("bt", "backtrace"):
            if words[1] == "all":
                for scheduler in all_schedulers():
                    for c in coroutines_of(scheduler):
                        print_backtrace(c)
            else:
                print_backtrace(find(self.number(words[1])))
        elif len(words) == 2 and words[0] == "select":
            number = self.number(words[1])
            if number == 0:
                unwinder.show(None)
                return
            c = find(number)
            if c.is_running or not c.has_stack():
                raise Trouble("weft: coroutine #%d is not suspended on a stack" % number)
            unwinder.show(c)
            gdb.execute("frame 1")
        else:
            raise Trouble("usage: weft bt ID|all, or weft select ID")

    @staticmethod
    def number(word):
        try:
            return int(word.lstrip("#"), 0)
        except ValueError:
            raise Trouble("weft: '%s' is no coroutine's number; 'info weft' lists them" % word)


def show_the_thread_again(event):
    """What was selected is not true any more once the program goes on."""
    unwinder.target = None


gdb.events.cont.connect(show_the_thread_again)
InfoWeft()
Weft()
