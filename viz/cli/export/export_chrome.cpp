// Writes the trace as the JSON of chrome://tracing, which Perfetto's UI, Speedscope and others also read. Rules of the
// format: the only lanes are threads, so each coroutine gets its own tid; spans of a lane are strictly paired; a flow
// starts and ends inside of slices that were written before.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <map>
#include <ostream>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "cli/export/counter_names.hpp"
#include "cli/export/exporters.hpp"
#include "cli/export/lane_plan.hpp"
#include "cli/export/span_walk.hpp"
#include "cli/export/thread_names.hpp"
#include "trace/words/utf8.hpp"

namespace weft::viz::cli {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;

// The thread numbers of operating systems are below these.
constexpr std::uint64_t first_unknown_tid = 0x4000'0000, first_lane_tid = 0x5000'0000, first_zone_tid = 0x6000'0000,
                        first_thread_zone_tid = 0x7000'0000;

constexpr const char* no_length = ",\"dur\":0.000";

template <class Integer>
void append_number(std::string& out, Integer value) {
  std::array<char, 24> digits;
  out.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr);
}

void append_unit(std::string& out, unsigned unit) { out += fmt::format("\\u{:04x}", unit); }

// Writes only ASCII: some readers of this format decode bytes as Latin-1.
void append_text(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto special = std::find_if(text.begin(), text.end(), [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte < 0x20 || byte >= 0x7f || c == '"' || c == '\\';
    });
    out.append(text.begin(), special);
    text.remove_prefix(static_cast<std::size_t>(special - text.begin()));
    if (text.empty()) break;
    const diary::utf8_step step = diary::next_code_point(text);
    text.remove_prefix(step.length);
    const char32_t c = step.valid ? step.code_point : char32_t{0xfffd};
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x10000) {
      append_unit(out, static_cast<unsigned>(c));
    } else {
      append_unit(out, 0xd800 + static_cast<unsigned>((c - 0x10000) >> 10));
      append_unit(out, 0xdc00 + static_cast<unsigned>((c - 0x10000) & 0x3ff));
    }
  }
  out += '"';
}

// Microseconds with exactly three decimals, so that nanoseconds are kept.
void append_time(std::string& out, std::int64_t ns) {
  const std::uint64_t size = ns < 0 ? 0 - static_cast<std::uint64_t>(ns) : static_cast<std::uint64_t>(ns);
  if (ns < 0) out += '-';
  append_number(out, size / 1000);
  const std::uint64_t rest = size % 1000;
  const std::array<char, 4> decimals{'.', static_cast<char>('0' + rest / 100), static_cast<char>('0' + rest / 10 % 10),
                                     static_cast<char>('0' + rest % 10)};
  out.append(decimals.data(), decimals.size());
}

class chrome_sink : public span_sink {
 public:
  chrome_sink(const diary::history& trace, std::ostream& out, bool all_lanes)
      : trace_(trace), out_(out), lanes_(trace, all_lanes ? SIZE_MAX : lane_plan::lane_limit), counters_(trace) {
    text_ = "{\"traceEvents\":[\n";
    name_process(trace.source().info().pid);
  }

  void state_begins(const coroutine_state& c, std::uint64_t owner, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(c.id);
    const std::uint64_t tid = lane_tid(lane, c.id);
    std::string name(diary::to_text(c.status));
    if (c.status == coroutine_status::blocked) name += ": " + std::string(diary::to_text(c.reason));
    if (lanes_.is_shared(lane)) name = trace_.coroutine_label(c.id) + " " + name;
    const bool is_crowded = lanes_.is_crowded(lane);
    if (!is_crowded) close_open(tid, t_ns);
    begin_event(is_crowded ? 'X' : 'B', tid, t_ns, name, "coroutine");
    if (is_crowded) text_ += no_length;
    arguments("event", c.since_event);
    if (c.status == coroutine_status::blocked) {
      if (c.object != 0) arguments("object", trace_.object_label(c.object));
      if (owner != 0) arguments("owner", name_and_id(trace_, owner));
      if (c.fd >= 0) arguments("fd", static_cast<std::uint64_t>(c.fd));
    }
    end_event();
    if (!is_crowded) open_.insert(tid);
    if (c.status == coroutine_status::running) end_flows(c.id, tid, t_ns);
  }

  void state_ends(const coroutine_state& c, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(c.id);
    if (!lanes_.is_crowded(lane)) close_open(lane_tid(lane, c.id), t_ns);
  }

  void coroutine_ends(const coroutine_state& last, const coroutine_state* final, std::int64_t t_ns) override {
    const std::size_t lane = lanes_.lane_of(last.id);
    const std::uint64_t tid = lane_tid(lane, last.id);
    close_zones(first_zone_tid + lane, t_ns);
    if (flows_.count(last.id) != 0) {
      point(tid, t_ns, "has not run since", "coroutine");
      end_flows(last.id, tid, t_ns);
    }
    if (!final || final->status == coroutine_status::done) return;
    begin_event('i', tid, t_ns, diary::to_text(final->status), "coroutine");
    text_ += ",\"s\":\"t\"";
    const diary::coroutine_record* const record = trace_.find_coroutine(last.id);
    if (record && final->status == coroutine_status::failed) arguments("error", record->error);
    end_event();
  }

  void run_begins(std::uint32_t thread, const coroutine_state& c, std::int64_t t_ns) override {
    begin_event('B', thread_tid(thread), t_ns, trace_.coroutine_label(c.id), "thread");
    end_event();
  }
  void run_ends(std::uint32_t thread, std::int64_t t_ns) override { end_span(thread_tid(thread), t_ns); }
  void poll_begins(std::uint32_t thread, std::int64_t t_ns) override {
    begin_event('B', thread_tid(thread), t_ns, "poll", "thread");
    end_event();
  }
  void poll_ends(std::uint32_t thread, std::int64_t t_ns) override { end_span(thread_tid(thread), t_ns); }

  void wakes(const coroutine_state& target, std::uint64_t waker, const diary::event& e, std::int64_t t_ns) override {
    const std::uint64_t lane = waker != 0 ? first_lane_tid + lanes_.lane_of(waker) : 0;
    // If no span of a waker is open, a span of no length stands for the poller, the timer or the other thread.
    const bool is_in_span = waker != 0 && open_.count(lane) != 0;
    const std::uint64_t tid = is_in_span ? lane : thread_tid(e.thread);
    if (!is_in_span) point(tid, t_ns, "wakes " + trace_.coroutine_label(target.id), "wake");
    begin_event('s', tid, t_ns, "wake", "wake");
    text_ += ",\"id\":" + std::to_string(e.n + 1);
    end_event();
    flows_[target.id].push_back(e.n + 1);
  }

  void says(const diary::event& e, std::uint64_t running, std::int64_t t_ns) override {
    const std::uint64_t tid = running != 0 ? lane_tid(lanes_.lane_of(running), running) : thread_tid(e.thread);
    if (e.type == diary::event_type::mark) {
      begin_event('i', tid, t_ns, shown_name(diary::sanitised(e.text)), "mark");
      text_ += ",\"s\":\"t\"";
      end_event();
    } else if (e.type == diary::event_type::counter) {
      const double value = std::bit_cast<double>(e.args[1]);
      if (std::isfinite(value)) count(counters_.of(e.args[0]), value, t_ns);
    } else {
      take_zone(e, running, t_ns);
    }
  }

  void ready_depth_is(std::uint32_t thread, std::size_t depth, std::int64_t t_ns) override {
    if (thread >= ready_.size()) ready_.resize(thread + 1);
    ready_sum_ += depth - ready_[thread];
    ready_[thread] = depth;
    count(counter_names::ready, static_cast<double>(ready_sum_), t_ns);
  }
  void live_count_is(std::size_t live, std::int64_t t_ns) override {
    count(counter_names::live, static_cast<double>(live), t_ns);
  }

  void finish() {
    while (!zone_depths_.empty()) close_zones(zone_depths_.begin()->first, last_ns_);
    text_ += "\n]}\n";
    flush();
  }

 private:
  void begin_event(char phase, std::uint64_t tid, std::int64_t t_ns, std::string_view name, std::string_view category) {
    if (phase != 'M') last_ns_ = std::max(last_ns_, t_ns);
    if (!is_first_) text_ += ",\n";
    is_first_ = false;
    text_ += "{\"ph\":\"";
    text_ += phase;
    text_ += "\",\"pid\":";
    append_number(text_, pid_of(tid));
    text_ += ",\"tid\":";
    append_number(text_, tid);
    if (phase != 'M') {
      text_ += ",\"ts\":";
      append_time(text_, t_ns);
    }
    if (!category.empty()) {
      text_ += ",\"cat\":";
      append_text(text_, category);
    }
    if (!name.empty()) {
      text_ += ",\"name\":";
      append_text(text_, name);
    }
  }

  void begin_argument(const char* name) {
    text_ += has_arguments_ ? "," : ",\"args\":{";
    has_arguments_ = true;
    append_text(text_, name);
    text_ += ':';
  }
  void arguments(const char* name, std::uint64_t value) {
    begin_argument(name);
    append_number(text_, value);
  }
  void arguments(const char* name, const std::string& value) {
    begin_argument(name);
    append_text(text_, value);
  }

  void end_event() {
    text_ += has_arguments_ ? "}}" : "}";
    has_arguments_ = false;
    if (text_.size() >= 65536) flush();
  }

  void flush() {
    out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
    text_.clear();
  }

  void end_span(std::uint64_t tid, std::int64_t t_ns) {
    begin_event('E', tid, t_ns, "", "");
    end_event();
  }

  void close_open(std::uint64_t tid, std::int64_t t_ns) {
    if (open_.erase(tid) != 0) end_span(tid, t_ns);
  }

  // A span of no length.
  void point(std::uint64_t tid, std::int64_t t_ns, const std::string& name, const char* category) {
    begin_event('X', tid, t_ns, name, category);
    text_ += no_length;
    end_event();
  }

  void end_flows(std::uint64_t coroutine, std::uint64_t tid, std::int64_t t_ns) {
    const auto found = flows_.find(coroutine);
    if (found == flows_.end()) return;
    for (const std::uint64_t flow : found->second) {
      begin_event('f', tid, t_ns, "wake", "wake");
      text_ += ",\"bp\":\"e\",\"id\":" + std::to_string(flow);
      end_event();
    }
    flows_.erase(found);
  }

  void count(const std::string& name, double value, std::int64_t t_ns) {
    begin_event('C', 0, t_ns, name, "");
    begin_argument("value");
    constexpr double exact = 9007199254740992.0;  // 2^53: up to there an integer is written as %.17g would write it
    if (value == std::trunc(value) && std::abs(value) < exact && !std::signbit(value)) {
      append_number(text_, static_cast<std::int64_t>(value));
    } else {
      std::array<char, 40> digits;
      std::snprintf(digits.data(), digits.size(), "%.17g", value);
      text_ += digits.data();
    }
    end_event();
  }

  void take_zone(const diary::event& e, std::uint64_t running, std::int64_t t_ns) {
    const bool begins = e.type == diary::event_type::zone_begin;
    const std::size_t lane = running != 0 ? lanes_.lane_of(running) : 0;
    if (running != 0 && lanes_.is_crowded(lane)) {
      const std::string what = begins ? " begins " + shown_name(trace_.string(e.args[0])) : " ends a zone";
      return point(lane_tid(lane, running), t_ns, trace_.coroutine_label(running) + what, "zone");
    }
    const std::uint64_t tid = running != 0 ? first_zone_tid + lane : first_thread_zone_tid + e.thread;
    if (begins) {
      name_tid(tid, running != 0 ? threads_.pid_of(running) : threads_.pid(e.thread),
               (running != 0 ? lanes_.name(lane) : thread_name(e.thread)) + " zones", tid);
      begin_event('B', tid, t_ns, shown_name(trace_.string(e.args[0])), "zone");
      end_event();
      ++zone_depths_[tid];
    } else if (const auto found = zone_depths_.find(tid); found != zone_depths_.end() && found->second > 0) {
      --found->second;
      end_span(tid, t_ns);
    }
  }

  void close_zones(std::uint64_t tid, std::int64_t t_ns) {
    const auto found = zone_depths_.find(tid);
    if (found == zone_depths_.end()) return;
    for (; found->second > 0; --found->second) end_span(tid, t_ns);
    zone_depths_.erase(found);
  }

  std::uint64_t pid_of(std::uint64_t tid) const {
    const auto found = pids_.find(tid);
    return found != pids_.end() ? found->second : trace_.source().info().pid;
  }

  void name_process(std::uint64_t pid) {
    if (!named_processes_.insert(pid).second) return;
    pids_[0] = pid;  // for what belongs to no thread
    begin_event('M', 0, 0, "process_name", "");
    arguments("name", threads_.program_of(pid));
    end_event();
    pids_[0] = trace_.source().info().pid;
  }

  // The lanes are shown in the order of `rank`.
  void name_tid(std::uint64_t tid, std::uint64_t pid, const std::string& name, std::uint64_t rank) {
    if (!pids_.emplace(tid, pid).second) return;
    name_process(pid);
    begin_event('M', tid, 0, "thread_name", "");
    arguments("name", name);
    end_event();
    begin_event('M', tid, 0, "thread_sort_index", "");
    arguments("sort_index", rank);
    end_event();
  }

  // `who` is a coroutine of the lane.
  std::uint64_t lane_tid(std::size_t lane, std::uint64_t who) {
    const std::uint64_t tid = first_lane_tid + lane;
    if (pids_.count(tid) == 0) name_tid(tid, threads_.pid_of(who), lanes_.name(lane), tid);
    return tid;
  }

  std::uint64_t thread_tid(std::uint32_t thread) {
    const auto [known, is_new] = thread_tids_.try_emplace(thread);
    if (is_new) {
      const std::uint64_t tid = threads_.tid(thread);
      // A tid occurs twice only if several processes are in the trace, or if the file is wrong.
      const bool is_good = tid != 0 && tid < first_unknown_tid && pids_.count(tid) == 0;
      known->second = is_good ? tid : first_unknown_tid + thread;
      name_tid(known->second, threads_.pid(thread), thread_name(thread), thread);
    }
    return known->second;
  }
  std::string thread_name(std::uint32_t thread) { return threads_.name(thread); }

  const diary::history& trace_;
  std::ostream& out_;
  lane_plan lanes_;
  counter_names counters_;
  thread_names threads_{trace_};
  std::string text_;  // not yet written
  bool is_first_ = true, has_arguments_ = false;
  std::unordered_map<std::uint64_t, std::uint64_t> pids_;  // by tid, for the tids that have a name
  std::unordered_set<std::uint64_t> named_processes_;
  std::unordered_set<std::uint64_t> open_;  // lanes with an open span
  std::unordered_map<std::uint64_t, std::vector<std::uint64_t>>
      flows_;                                                     // by coroutine: wakes after which it did not run
  std::map<std::uint64_t, std::uint64_t> zone_depths_;            // by tid
  std::unordered_map<std::uint32_t, std::uint64_t> thread_tids_;  // by thread
  std::vector<std::size_t> ready_;                                // by thread
  std::size_t ready_sum_ = 0;
  std::int64_t last_ns_ = INT64_MIN;
};

}  // namespace

void export_chrome(const diary::history& trace, std::ostream& out, const export_options& options) {
  chrome_sink sink(trace, out, options.all_lanes);
  span_walk(trace, sink).run(options.go_on);
  sink.finish();
  out.flush();
}

}  // namespace weft::viz::cli
