#include "trace/file/merge.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "trace/file/file_builder.hpp"

namespace weft::diary {

namespace {

// Traces whose starts are further apart than this (years) all start at 0.
constexpr std::int64_t most_apart_ns = std::int64_t{1} << 58;

// Offsets added to the numbers of one trace.
struct shift {
  std::uint64_t slot = 0, coroutine = 0, string = 0, site = 0, object = 0;
  std::uint32_t thread = 0;
};

// Facts about a trace that must be known before its events can be written again.
struct survey {
  shift largest;
  std::set<std::uint64_t> names;             // strings that are names of coroutines
  std::vector<std::uint64_t> first_ordinal;  // by thread; of a ring not 0
  std::vector<std::uint64_t> first_told;     // the same, for events that can be written again
  std::vector<bool> seen;
};

// The member of `shift` that is added to argument `i` of an event; null: the argument stays.
std::uint64_t shift::*shifted_by(const event& e, const event_schema& s, unsigned i) {
  if (i == 0 && e.type == event_type::string) return &shift::string;
  if (i == 0 && e.type == event_type::site) return &shift::site;
  if (i == 0 && e.type == event_type::object) return &shift::object;
  switch (s.kinds[i]) {
    case arg_kind::slot:
      return &shift::slot;
    case arg_kind::coroutine:
      return &shift::coroutine;
    case arg_kind::string:
      return &shift::string;
    case arg_kind::site:
      return &shift::site;
    case arg_kind::object:
      return &shift::object;
    default:
      return nullptr;
  }
}

// Index of the argument that is a coroutine's name; -1: none.
int name_argument(event_type t) {
  if (is_of_newcomer(t)) return 3;
  return t == event_type::rename ? 1 : -1;
}

survey survey_of(const reader& trace) {
  survey found;
  found.largest.thread = trace.info().threads;
  trace.for_each(0, trace.event_count(), [&](const event& e) {
    if (e.thread >= found.seen.size()) {
      found.seen.resize(e.thread + 1);
      found.first_ordinal.resize(e.thread + 1);
    }
    if (!found.seen[e.thread]) found.first_ordinal[e.thread] = e.ordinal;
    found.seen[e.thread] = true;
    found.largest.thread = std::max(found.largest.thread, e.thread + 1);
    const event_schema* s = find_schema(e.type);
    if (s == nullptr) return true;
    if (e.thread >= found.first_told.size()) found.first_told.resize(e.thread + 1, UINT64_MAX);
    found.first_told[e.thread] = std::min(found.first_told[e.thread], e.ordinal);
    for (unsigned i = 0; i < s->arg_count; ++i) {
      if (const auto by = shifted_by(e, *s, i)) found.largest.*by = std::max(found.largest.*by, e.args[i]);
    }
    if (const int name = name_argument(e.type); name >= 0) found.names.insert(e.args[static_cast<std::size_t>(name)]);
    return true;
  });
  return found;
}

// Writes one trace's events into the merged trace.
class retelling {
 public:
  retelling(const reader& trace, const survey& known, const shift& by, std::string label, std::int64_t later_ns,
            bool tells_process, file_builder& out)
      : trace_(trace),
        known_(known),
        by_(by),
        label_(std::move(label)),
        later_ns_(later_ns),
        tells_process_(tells_process),
        out_(out) {
    next_ordinal_ = known.first_ordinal;
  }

  void tell() {
    trace_.for_each(0, trace_.event_count(), [this](const event& e) {
      tell(e);
      return true;
    });
  }

 private:
  void tell(event e) {
    const event_schema* s = find_schema(e.type);
    std::uint64_t& expected = next_ordinal_[e.thread];
    if (s == nullptr) return;  // of a later version; leaves a gap
    const std::uint32_t thread = e.thread + by_.thread;
    if (e.ordinal > expected) out_.skip(thread, e.ordinal - expected);
    expected = e.ordinal + 1;
    // A checkpoint part only helps seeking and is full of its trace's numbers: an empty part replaces it.
    if (e.type == event_type::checkpoint_part) {
      e.args = {};
      e.text = {};
    }
    for (unsigned i = 0; i < s->arg_count; ++i) {
      if (const auto by = shifted_by(e, *s, i); by != nullptr && e.args[i] != 0) e.args[i] += by_.*by;
    }
    if (e.type == event_type::wake_remote && e.args[3] != 0) {
      const std::uint64_t waker = e.args[3] - 1;
      const std::uint64_t begin = waker < known_.first_ordinal.size() ? known_.first_ordinal[waker] : 0;
      // The merged trace has one event more behind the thread's first one.
      const bool is_behind = tells_process_ && waker < known_.first_told.size() && e.args[4] > known_.first_told[waker];
      e.args[4] -= std::min(e.args[4], begin);
      e.args[4] += is_behind;
      e.args[3] += by_.thread;
    }
    if (e.type == event_type::take_over) e.args[1] += by_.thread;
    std::string text;
    const bool is_name = e.type == event_type::string && known_.names.contains(e.args[0] - by_.string);
    if (is_name || e.type == event_type::thread_start || e.type == event_type::generation) {
      text = label_ + ": ";
      text.append(e.text.substr(0, max_text_bytes - std::min(max_text_bytes, text.size())));
      e.text = text;
    }
    const bool is_first = e.ordinal == known_.first_told[e.thread];
    e.thread = thread;
    e.t_ns = std::clamp(e.t_ns, -most_apart_ns, most_apart_ns) + later_ns_;
    out_.append(e, s->arg_count, s->has_text);
    if (is_first && tells_process_) tell_process(e);
  }

  // A trace that is itself a merge contains its own `process` events; those count, because they come later.
  void tell_process(const event& first) {
    event e;
    e.thread = first.thread;
    e.t_ns = first.t_ns;
    e.type = event_type::process;
    e.args[0] = trace_.info().pid;
    const std::string program = trace_.info().program;
    e.text = program;
    out_.append(e, 1, true);
  }

  const reader& trace_;
  const survey& known_;
  const shift& by_;
  const std::string label_;
  const std::int64_t later_ns_;
  const bool tells_process_;
  file_builder& out_;
  std::vector<std::uint64_t> next_ordinal_;
};

// "shop", or "shop 4711" if another trace is of a shop too.
std::vector<std::string> labels_of(std::span<const reader> traces) {
  std::vector<std::string> labels;
  for (const reader& t : traces) {
    const auto same = [&](const reader& other) { return other.info().program == t.info().program; };
    std::string label = t.info().program;
    if (label.empty() || std::count_if(traces.begin(), traces.end(), same) > 1) {
      label += (label.empty() ? "" : " ") + std::to_string(t.info().pid);
    }
    labels.push_back(std::move(label));
  }
  return labels;
}

// The start of each trace, on a clock that all share.
std::vector<std::int64_t> starts_of(std::span<const reader> traces) {
  std::vector<std::int64_t> real, mono;
  // Limited, so that differences cannot overflow, whatever a file says.
  constexpr std::uint64_t latest = (std::uint64_t{1} << 62) - 1;
  for (const reader& t : traces) {
    real.push_back(static_cast<std::int64_t>(std::min(t.header().start_real_ns, latest)));
    mono.push_back(static_cast<std::int64_t>(std::min(t.header().start_mono_ns, latest)));
  }
  // Within one boot the two clocks keep their distance, except for adjustments of the wall clock.
  constexpr std::int64_t set_by_ns = 2'000'000'000;
  const std::int64_t apart = real.front() - mono.front();
  for (std::size_t i = 0; i < real.size(); ++i) {
    if (mono[i] == 0 || std::abs(real[i] - mono[i] - apart) > set_by_ns) return real;
  }
  return mono;
}

}  // namespace

std::vector<std::uint8_t> merged(std::span<const reader> traces) {
  file_builder out;
  if (traces.empty()) return out.finish();
  const std::vector<std::string> labels = labels_of(traces);
  const std::vector<std::int64_t> starts = starts_of(traces);
  const auto first = static_cast<std::size_t>(std::min_element(starts.begin(), starts.end()) - starts.begin());
  shift by;
  std::string programs;
  std::uint64_t lost = 0;
  bool all_complete = true;
  std::uint32_t flags = 0;
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const survey known = survey_of(traces[i]);
    if (by.thread + known.largest.thread > max_threads) {
      throw file_error(traces[i].info().path, 0, "more threads in all than one trace can have");
    }
    const std::int64_t later = starts[i] - starts[first];
    retelling(traces[i], known, by, labels[i], later <= most_apart_ns ? later : 0, traces.size() > 1, out).tell();
    by.slot += known.largest.slot;
    by.coroutine += known.largest.coroutine;
    by.string += known.largest.string;
    by.site += known.largest.site;
    by.object += known.largest.object;
    by.thread += known.largest.thread;
    programs += (i > 0 ? " + " : "") + labels[i];
    lost += traces[i].header().lost_at_end;
    // Events that a ring dropped before its first chunk have no place in this file, but count as lost.
    for (const std::uint64_t ordinal : known.first_ordinal) lost += ordinal;
    all_complete = all_complete && traces[i].info().complete;
    flags |= traces[i].header().flags & (header_flag_order_only | header_flag_shuffled);
  }
  file_header& h = out.header();
  const file_header& earliest = traces[first].header();
  h.flags |= flags;
  h.start_real_ns = earliest.start_real_ns;
  h.start_mono_ns = earliest.start_mono_ns;
  h.pid = traces.front().info().pid;
  h.complete = all_complete ? 1 : 0;
  h.lost_at_end = static_cast<std::uint32_t>(std::min<std::uint64_t>(lost, UINT32_MAX));
  std::memcpy(h.arch, earliest.arch, sizeof h.arch);
  std::memcpy(h.clock, earliest.clock, sizeof h.clock);
  const std::size_t length = std::min(programs.size(), sizeof h.program - 1);
  std::memcpy(h.program, programs.data(), length);
  h.program[length] = '\0';
  return out.finish();
}

}  // namespace weft::diary
