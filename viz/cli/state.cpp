// weft state: the scheduler at one moment, in the style of `ps`; also of a process that died.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/moment.hpp"
#include "cli/output/table.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;
using diary::wait_reason;

struct state_options {
  std::string file;
  std::string at = "end";
  bool json = false;
};

void print_state_json(const moment& m, console& io) {
  json out = m.place_json();
  out["threads"] = json::array();
  for (std::size_t i = 0; i < m.state().threads().size(); ++i) {
    const diary::thread_state& t = m.state().threads()[i];
    const coroutine_state* runs = m.state().by_slot(t.running_slot);
    json ready = json::array();
    for (const std::uint64_t slot : t.ready) {
      if (const coroutine_state* c = m.state().by_slot(slot)) ready.push_back(c->id);
    }
    out["threads"].push_back({{"thread", i},
                              {"name", diary::sanitised(t.name)},
                              {"running", runs ? json(runs->id) : json(nullptr)},
                              {"ready", ready},
                              {"polling", t.polling},
                              {"stopped", t.stopped}});
  }
  out["coroutines"] = json::array();
  for (const coroutine_at& c : m.coroutines()) out["coroutines"].push_back(m.coroutine_json(c));
  out["objects"] = json::array();
  for (const auto& [id, object] : m.state().objects()) {
    json waiters = json::array();
    for (const std::uint64_t slot : object.waiters) {
      if (const coroutine_state* c = m.state().by_slot(slot)) waiters.push_back(c->id);
    }
    const coroutine_state* owner = m.state().by_slot(object.owner_slot);
    out["objects"].push_back({{"object", m.trace().object_label(id)},
                              {"owner", owner ? json(owner->id) : json(nullptr)},
                              {"waiters", waiters},
                              {"depth", object.depth ? json(*object.depth) : json(nullptr)},
                              {"set", object.is_set ? json(*object.is_set) : json(nullptr)}});
  }
  print_json(out, io);
}

std::string for_how_long(const moment& m, const coroutine_state& c) { return short_duration(m.t_ns() - c.since_ns); }

void print_thread(const moment& m, std::size_t index, console& io) {
  const diary::thread_state& t = m.state().threads()[index];
  const coroutine_state* runs = m.state().by_slot(t.running_slot);
  const std::string name = t.name.empty() ? "" : fmt::format(" “{}”", diary::sanitised(t.name));
  const std::string what = runs        ? fmt::format("runs {} for {}", m.name_and_id(*runs), for_how_long(m, *runs))
                           : t.stopped ? "has ended"
                           : t.polling ? "waits in the poller"
                                       : "runs nobody";
  io.out << fmt::format("thread {}{} {}\n", index, name, what);
  if (t.ready.empty()) return;
  io.out << fmt::format("  ready queue, {}:\n", t.ready.size());
  std::size_t place = 0;
  for (const std::uint64_t slot : t.ready) {
    ++place;
    const coroutine_state* c = m.state().by_slot(slot);
    if (!c) continue;
    const std::string after =
        c->reason == wait_reason::none ? "" : fmt::format(", had waited for {}", diary::to_text(c->reason));
    io.out << fmt::format("  {:>4}  {}, for {}{}\n", place, m.name_and_id(*c), for_how_long(m, *c), after);
  }
}

enum class wait_group { sleepers, fd_waiters, others };

wait_group group_of(const coroutine_state& c) {
  if (c.reason == wait_reason::sleep || c.reason == wait_reason::start_timer) return wait_group::sleepers;
  return c.fd >= 0 ? wait_group::fd_waiters : wait_group::others;
}

void print_waiters(const moment& m, wait_group group, const char* title, console& io) {
  std::vector<const coroutine_state*> members;
  for (const coroutine_at& c : m.coroutines()) {
    if (c.status == coroutine_status::blocked && group_of(*c.state) == group) members.push_back(c.state);
  }
  if (members.empty()) return;
  if (group == wait_group::sleepers) {
    std::stable_sort(members.begin(), members.end(), [](const coroutine_state* a, const coroutine_state* b) {
      return a->deadline_ns.value_or(INT64_MAX) < b->deadline_ns.value_or(INT64_MAX);
    });
  }
  io.out << fmt::format("{}, {}:\n", title, members.size());
  table t({{"  coroutine"}, {"reason"}, {"for", align::right}, {"what"}});
  for (const coroutine_state* c : members) {
    t.add({"  " + m.name_and_id(*c), std::string(diary::to_text(c->reason)), for_how_long(m, *c), m.wait_text(*c)});
  }
  t.print(io.out);
}

void print_objects(const moment& m, console& io) {
  bool titled = false;
  for (const auto& [id, object] : m.state().objects()) {
    if (object.owner_slot == 0 && object.waiters.empty()) continue;
    if (!titled) io.out << "owners and waiters:\n";
    titled = true;
    io.out << "  " << m.trace().object_label(id);
    if (object.depth) io.out << fmt::format(", depth {}", *object.depth);
    if (object.is_set) io.out << (*object.is_set ? ", set" : ", not set");
    if (object.owner_slot != 0) io.out << ", held by " << m.name_of_slot(object.owner_slot);
    const char* before = ", waited for by ";
    for (const std::uint64_t slot : object.waiters) {
      io.out << before << m.name_of_slot(slot);
      before = ", ";
    }
    io.out << '\n';
  }
}

void print_state_text(const moment& m, console& io) {
  io.out << fmt::format("{} {}\n", diary::sanitised(m.trace().source().info().path), m.place_text());
  for (std::size_t i = 0; i < m.state().threads().size(); ++i) print_thread(m, i, io);
  print_waiters(m, wait_group::sleepers, "sleeping", io);
  print_waiters(m, wait_group::fd_waiters, "waiting for a file descriptor", io);
  print_waiters(m, wait_group::others, "waiting for another", io);
  print_objects(m, io);
  std::size_t done = 0, failed = 0, cancelled = 0;
  for (const coroutine_at& c : m.coroutines()) {
    if (c.status == coroutine_status::done) ++done;
    if (c.status == coroutine_status::failed) ++failed;
    if (c.status == coroutine_status::cancelled) ++cancelled;
  }
  if (done + failed + cancelled == 0) return;
  io.out << fmt::format("ended: {} done, {} failed, {} cancelled\n", done, failed, cancelled);
  for (const coroutine_at& c : m.coroutines()) {
    if (c.status == coroutine_status::failed) io.out << fmt::format("  {} failed: {}\n", m.name(c), c.record->error);
  }
}

}  // namespace

void declare_state(arguments& parser, action& chosen) {
  const auto options = std::make_shared<state_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("--at", options->at, fmt::format("{} (default)", place_help)).value_name("PLACE");
  parser.flag("--json", options->json, "print one JSON object");
  parser.footer("The state is the one after the last event at or before the time, or after event #N.");
  chosen = [options](console& io) {
    const position where = parse_position(options->at);
    const diary::history trace = open_trace_for_states(options->file, io);
    const moment m(trace, where);
    options->json ? print_state_json(m, io) : print_state_text(m, io);
    return good;
  };
}

}  // namespace weft::viz::cli
