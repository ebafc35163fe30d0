// The rows of the trace report about reading: decoding, the state at any event, opening a large file, and the cost of
// checkpoints.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "trace/file/header_check.hpp"
#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/history.hpp"
#include "trace/state/seek.hpp"
#include "trace_report.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/semaphore.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::bench {

using diary::reader;

namespace {

long status_kib(const char* key) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind(key, 0) == 0) return std::atol(line.c_str() + std::strlen(key));
  }
  return 0;
}

// The best of several measurements, in processor time, because others use the machine too.
double best_ns_an_event(const reader& r, const std::function<void()>& pass) {
  double best_s = cpu_seconds_of(pass);
  for (int i = 0; i < 4; ++i) best_s = std::min(best_s, cpu_seconds_of(pass));
  return best_s * 1e9 / static_cast<double>(r.event_count());
}

// Decodes every event with its type, time, thread, numbers and arguments, which is what other tracers call decoding.
double decode_ns_an_event(const reader& r) {
  std::uint64_t sum = 0;
  const double ns = best_ns_an_event(r, [&] {
    r.walk(0).for_each([&](const diary::event& e) {
      sum += static_cast<std::uint64_t>(e.type) + static_cast<std::uint64_t>(e.t_ns) + e.args[0];
      return true;
    });
  });
  if (sum == 0) std::abort();
  return ns;
}

double step_ns_an_event(const reader& r) {
  return best_ns_an_event(r, [&] {
    diary::scheduler_state state(r.info().shuffled);
    r.walk(0).for_each([&](const diary::event& e) {
      if (state.apply(e)) std::abort();
      return true;
    });
  });
}

}  // namespace

// Records a large trace in a child process, so that its memory is not counted here.
void large(std::uint64_t events) {
  const trace_file file("large");
  const pid_t child = fork();
  if (child == 0) {
    record_into(file.path, [&] { yield_between_two(events); });
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);

  const double open_s = seconds_of([&] { reader::open(file.path, reader::trust::sealed_chunks); });
  const long before = status_kib("VmRSS:");
  const reader quick = reader::open(file.path, reader::trust::sealed_chunks);
  const std::uint64_t count = quick.event_count();
  std::mt19937_64 random(1);
  double longest_ms = 0, sum_ms = 0;
  for (int i = 0; i < 32; ++i) {
    const std::uint64_t n = random() % count;
    const double ms = cpu_seconds_of([&] {
                        if (diary::seek_state(quick, n).live_count() > 2) std::abort();
                      }) *
                      1e3;
    longest_ms = std::max(longest_ms, ms);
    sum_ms += ms;
  }
  const auto million = static_cast<double>(count) / 1e6;
  report("seek",
         text("state at any of %.0f M events: %.1f ms of a processor (longest of 32: %.1f ms), first one with opening: "
              "%.0f ms",
              million, sum_ms / 32, longest_ms, open_s * 1e3 + sum_ms / 32),
         "replay of <= 64 k events", longest_ms < 50);

  double names_s = 0;
  long resident = 0;
  {
    diary::history h(reader::open(file.path, reader::trust::sealed_chunks), diary::history::effort::on_demand);
    names_s = seconds_of([&] {
      diary::history again(reader::open(file.path, reader::trust::sealed_chunks), diary::history::effort::on_demand);
      if (!again.is_whole()) std::abort();
    });
    resident = status_kib("VmRSS:") - before;
  }
  const double checked_s = seconds_of([&] { reader::open(file.path); });
  report("open",
         text("%.0f M events, %.0f MB, for a command: headers %.0f ms, names and lives %.2f s, every event checked "
              "%.2f s; %.3f bytes "
              "resident an event",
              million, static_cast<double>(quick.info().file_bytes) / 1e6, open_s * 1e3, names_s, checked_s,
              static_cast<double>(resident) * 1024 / static_cast<double>(count)),
         "< 2 s, < 1 byte an event", names_s < 2 && static_cast<double>(resident) * 1024 < static_cast<double>(count));
  const double decode_ns = decode_ns_an_event(quick);
  report("decode",
         text("%.0f M events/s on a core (%.2f ns each): type, time and arguments", 1e3 / decode_ns, decode_ns),
         ">= 150 M events/s", decode_ns <= 1e3 / 150);
  const double step_ns = step_ns_an_event(quick);
  report("step",
         text("%.0f M events/s on a core (%.1f ns each): the same, and the scheduler's state after each", 1e3 / step_ns,
              step_ns),
         "", true);
}

namespace {

// A program with some of everything: queues, a contended mutex, sleepers, short lives.
void busy_program(std::uint64_t rounds) {
  run([rounds] {
    constexpr std::size_t pairs = 100;
    mutex ledger;
    std::vector<std::unique_ptr<queue<int>>> queues;
    for (std::size_t i = 0; i < pairs; ++i) queues.push_back(std::make_unique<queue<int>>(4));
    std::vector<task<>> all;
    for (const auto& q : queues) {
      all.push_back(spawn("producer", [&, rounds] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          q->put(1);
          if (i % 4 == 0) {
            const std::lock_guard guard(ledger);
            yield();
          }
          if (i % 64 == 0) spawn("short", [] { yield(); }).join();
        }
      }));
      all.push_back(spawn("consumer", [&, rounds] {
        for (std::uint64_t i = 0; i < rounds; ++i) {
          q->get();
          if (i % 16 == 0) sleep_for(std::chrono::microseconds(20));
          yield();
        }
      }));
    }
    for (const task<>& t : all) t.join();
  });
}

}  // namespace

void mixed() {
  const trace_file file("mixed");
  record_into(file.path, [] { busy_program(20'000); });
  const reader r = reader::open(file.path);
  const double decode_ns = decode_ns_an_event(r), step_ns = step_ns_an_event(r);
  report("decode, mixed",
         text("%.1f M events of all kinds, %.1f bytes each: %.0f M events/s decoded, %.0f M events/s stepped",
              static_cast<double>(r.event_count()) / 1e6, bytes_an_event(file.path), 1e3 / decode_ns, 1e3 / step_ns),
         "", true);
}

// Two threads at the same time, on a machine with two cores: their events alternate after a few each.
void threads() {
  const trace_file file("threads");
  record_into(file.path, [] {
    std::thread other([] { yield_between_two(5'000'000); });
    yield_between_two(5'000'000);
    other.join();
  });
  const reader r = reader::open(file.path);
  std::uint64_t runs = 0;
  std::uint32_t last = UINT32_MAX;
  r.walk(0).for_each([&](const diary::event& e) {
    runs += e.thread != last;
    last = e.thread;
    return true;
  });
  const double decode_ns = decode_ns_an_event(r);
  report("decode, two threads",
         text("%.0f M events/s (%.2f ns each), which take turns every %.1f events", 1e3 / decode_ns, decode_ns,
              static_cast<double>(r.event_count()) / static_cast<double>(std::max<std::uint64_t>(runs, 1))),
         "", true);
}

namespace {

// The number of checkpoints in a file, and their share of the bytes of all events.
struct checkpoint_share {
  std::uint64_t checkpoints = 0, bytes = 0, all_bytes = 0;
  std::uint64_t furthest = 0;  // events between two starts, or to the end
  double per_cent() const { return 100 * static_cast<double>(bytes) / static_cast<double>(all_bytes); }
};

checkpoint_share checkpoints_in(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::vector<std::uint8_t> file{std::istreambuf_iterator<char>(in), {}};
  const diary::file_header header = diary::checked_header(file.data(), file.size(), path);
  const diary::shape_table shapes = diary::shapes_of(header);
  checkpoint_share found;
  std::uint64_t ordinal = 0, last = 0;  // of one thread, whose chunks are in order
  for (std::size_t slot = header.header_bytes; slot + sizeof(diary::chunk_header) < file.size();
       slot += header.chunk_bytes) {
    diary::chunk_header chunk;
    std::memcpy(&chunk, file.data() + slot, sizeof chunk);
    if (chunk.magic != diary::chunk_magic) continue;
    const std::uint8_t* at = file.data() + slot + sizeof chunk;
    const std::uint8_t* const end = at + chunk.committed;
    std::uint64_t ticks = 0;
    for (diary::event e; at != end;) {
      const std::uint8_t* const behind = diary::decode_event(at, end, shapes, ticks, e);
      if (behind == nullptr) std::abort();
      const auto size = static_cast<std::uint64_t>(behind - at);
      found.all_bytes += size;
      if (e.type >= diary::event_type::checkpoint_begin) found.bytes += size;
      if (e.type == diary::event_type::checkpoint_begin ||
          (e.type == diary::event_type::checkpoint_part && (e.args[0] & diary::checkpoint_part_first) != 0)) {
        ++found.checkpoints;
        found.furthest = std::max(found.furthest, ordinal - last);
        last = ordinal;
      }
      ++ordinal;
      at = behind;
    }
  }
  found.furthest = std::max(found.furthest, ordinal - last);
  return found;
}

}  // namespace

void checkpoints() {
  constexpr std::size_t many = 10'000;
  const trace_file few("few"), crowd("crowd"), turns("turns");
  record_into(few.path, [] { yield_between_two(10'000'000); });
  record_into(crowd.path, [] {
    run([] {
      semaphore gate(0);
      std::vector<task<>> all;
      for (std::size_t i = 0; i < many; ++i) all.push_back(spawn("one of many", [&] { gate.acquire(); }));
      const task<> other = spawn("other", [] {
        for (int i = 0; i < 5'000'000; ++i) yield();
      });
      for (int i = 0; i < 5'000'000; ++i) yield();
      gate.release(static_cast<std::ptrdiff_t>(many));
      for (const task<>& t : all) t.join();
      other.join();
    });
  });
  record_into(turns.path, [] {
    run([] {
      std::vector<task<>> all;
      for (std::size_t i = 0; i < many; ++i) {
        all.push_back(spawn("one of many", [] {
          for (int k = 0; k < 1'000; ++k) yield();
        }));
      }
      for (const task<>& t : all) t.join();
    });
  });
  const checkpoint_share with_few = checkpoints_in(few.path), with_many = checkpoints_in(crowd.path),
                         in_turn = checkpoints_in(turns.path);
  double longest_ms = 0;
  const reader r = reader::open(crowd.path, reader::trust::sealed_chunks);
  std::mt19937_64 random(1);
  for (int i = 0; i < 32; ++i) {
    const std::uint64_t n = random() % r.event_count();
    longest_ms = std::max(longest_ms, cpu_seconds_of([&] { diary::seek_state(r, n); }) * 1e3);
  }
  const auto told = [](const checkpoint_share& c) {
    return text("%.2f %% of the bytes, at most %llu events apart", c.per_cent(),
                static_cast<unsigned long long>(c.furthest));
  };
  const auto keeps = [](const checkpoint_share& c) { return c.per_cent() <= 5 && c.furthest <= 65536; };
  report("checkpoints",
         "10 M switches: " + told(with_few) + "; of 10 000 in turn: " + told(in_turn) + "; beside 10 000 that wait: " +
             told(with_many) + text(", and the state at any event in at most %.0f ms", longest_ms),
         "<= 5 % of the bytes, <= 65536 apart", keeps(with_few) && keeps(in_turn) && keeps(with_many));
}

}  // namespace weft::bench
