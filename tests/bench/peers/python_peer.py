"""greenlet and gevent: python_peer.py greenlet|gevent MODE [N]. The same modes and metrics as the other peers."""
import random
import sys
import time

clock = time.process_time


def result(metric, value):
    print(f"{metric} {value:.4f}", flush=True)


def greenlet_switches(n):
    import greenlet

    main = greenlet.getcurrent()

    def answer():
        back = main.switch
        while True:
            back()

    there = greenlet.greenlet(answer).switch
    begin = clock()
    for _ in range(n // 2):
        there()
    result("switch_ns", (clock() - begin) * 1e9 / n)


def yields(gevent, count, total):
    each = max(1, total // count)
    sleep = gevent.sleep

    def body():
        sleep(0)
        for _ in range(each):
            sleep(0)

    all_of_them = [gevent.spawn(body) for _ in range(count)]
    sleep(0)
    sleep(0)
    begin = clock()
    gevent.joinall(all_of_them)
    result(f"yield_{count}_ns", (clock() - begin) * 1e9 / (each * count))


def spawns(gevent, n):
    def body():
        pass

    begin = clock()
    for _ in range(n):
        gevent.spawn(body).join()
    result("spawn_ns", (clock() - begin) * 1e9 / n)


def messages(gevent, n):
    from gevent.queue import Queue

    there, back = Queue(1), Queue(1)

    def answer():
        for _ in range(n // 2):
            back.put(there.get())

    def ask():
        for _ in range(n // 2):
            there.put(1)
            back.get()

    begin = clock()
    gevent.joinall([gevent.spawn(answer), gevent.spawn(ask)])
    result("message_ns", (clock() - begin) * 1e9 / n)


def mutex(gevent, n):
    from gevent.lock import Semaphore

    m = Semaphore(1)

    def body():
        for _ in range(n // 2):
            m.acquire()
            gevent.sleep(0)
            m.release()

    begin = clock()
    gevent.joinall([gevent.spawn(body), gevent.spawn(body)])
    result("mutex_ns", (clock() - begin) * 1e9 / n)


def sleepers(gevent, n):
    from gevent.event import Event

    gate, arrived, late = Event(), 0, 0.0
    numbers = random.Random(1)

    def body(seconds):
        nonlocal arrived, late
        arrived += 1
        gate.wait()
        begin = time.perf_counter()
        gevent.sleep(seconds)
        late += time.perf_counter() - begin - seconds

    all_of_them = [gevent.spawn(body, (1000 + numbers.randrange(99000)) / 1e6) for _ in range(n)]
    while arrived < n:
        gevent.sleep(0)
    cpu = time.process_time()
    gate.set()
    gevent.joinall(all_of_them)
    result("sleeper_cpu_ns", (time.process_time() - cpu) * 1e9 / n)
    result("sleeper_late_us", late / n * 1e6)


def main():
    peer, mode = sys.argv[1], sys.argv[2]
    n = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    if peer == "greenlet":
        for _ in range(3):
            greenlet_switches(200_000)
        return
    import gevent

    if mode == "yield":
        yields(gevent, n, 100_000)
    elif mode == "spawn":
        spawns(gevent, 20_000)
    elif mode == "message":
        messages(gevent, 40_000)
    elif mode == "mutex":
        mutex(gevent, 20_000)
    elif mode == "sleepers":
        sleepers(gevent, n)


main()
