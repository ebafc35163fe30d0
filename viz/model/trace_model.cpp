#include "model/trace_model.hpp"

#include <algorithm>

#include "model/index_job.hpp"
#include "model/view_job.hpp"
#include "trace/state/seek.hpp"

namespace weft::viz {
namespace {

constexpr std::uint64_t events_between_states = 4096;
constexpr std::uint32_t least_columns = 256;

std::string file_name(const std::string& path) {
  const std::size_t slash = path.find_last_of("/\\");
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

// True if something happens at an event of this type; else it only says what others mean.
bool is_action(diary::event_type type) { return type > diary::event_type::process; }

// Fewer columns for more coroutines, so that buckets are not made only to be joined. The estimate is the number of live
// coroutines at a checkpoint in the middle of the trace.
std::uint32_t columns_for(const diary::reader& events, std::uint32_t columns) {
  std::uint64_t living = 0;
  for (const diary::reader::beginning& b : events.beginnings(events.event_count() / 2, 1)) {
    const diary::event first = events.at(b.n);
    if (first.type == diary::event_type::checkpoint_begin) living += first.args[0];
  }
  while (columns > least_columns && living > lane_index::settings{}.most_buckets / columns) columns /= 2;
  return columns;
}

}  // namespace

// The exact part around the cursor of a huge trace, and states on the way, so that a step back is as fast as a step
// forth.
struct trace_model::neighbourhood {
  trace_part part;
  std::vector<diary::scheduler_state> states;  // ascending; the first is the state before the part
};

trace_model::trace_model(diary::history trace, const model_limits& limits)
    : history_(std::move(trace)), limits_(limits), whole_(limits.long_run_ns, events().info().shuffled) {
  history_.how() == diary::history::effort::told ? begin_index() : take_in();
}

trace_model::~trace_model() = default;

void trace_model::take_in() {
  diary::event_walk walk = events().walk(whole_.end_event());
  walk.for_each([this](const diary::event& e) {
    whole_.take(e, history_);
    if (!has_begun_ && is_action(e.type)) {
      has_begun_ = true;
      begin_ns_ = e.t_ns;
    }
    return true;
  });
  if (!has_begun_) begin_ns_ = whole_.begin_ns();
  end_ns_ = whole_.end_ns();
}

void trace_model::begin_index() {
  const std::uint64_t count = events().event_count();
  if (!has_begun_) {
    begin_ns_ = count > 0 ? events().at(0).t_ns : 0;
    events().walk(0).for_each([this](const diary::event& e) {
      has_begun_ = is_action(e.type);
      if (has_begun_) begin_ns_ = e.t_ns;
      return !has_begun_;
    });
  }
  end_ns_ = std::max(begin_ns_, events().info().last_ns);
  lane_index::settings how;
  how.begin_ns = begin_ns_;
  how.most_columns = columns_for(events(), limits_.columns);
  how.bucket_ns = whole().length_ns() / how.most_columns + 1;
  how.long_run_ns = limits_.long_run_ns;
  index_job_ = std::make_unique<index_job>(history_, how, count >= limits_.parallel_events);
  view_job_ = std::make_unique<view_job>(history_, view_job::limits{limits_.long_run_ns, limits_.view_events}, whole());
}

bool trace_model::refresh() {
  if (is_huge() && !is_indexed()) index_job_->finish();
  if (!history_.refresh()) return false;
  if (!is_huge()) {
    if (events().event_count() <= 2 * limits_.exact_events) {
      take_in();
      return true;
    }
    // The trace has grown beyond exact_events: make it a huge one.
    history_ = diary::history(std::move(history_).release(), diary::history::effort::told);
    whole_ = trace_part(limits_.long_run_ns, events().info().shuffled);
    begin_index();
  }
  index_job_->source_grew();
  index_job_->finish();
  end_ns_ = std::max(end_ns_, events().info().last_ns);
  near_ = {};
  view_job_ = std::make_unique<view_job>(history_, view_job::limits{limits_.long_run_ns, limits_.view_events}, whole());
  return true;
}

std::size_t trace_model::thread_count() const {
  return is_huge() ? index_job_->index().thread_count() : whole_.threads().size();
}

const trace_part* trace_model::exactly(time_range range) const {
  return is_huge() ? view_job_->exactly(range) : &whole_;
}

const trace_part& trace_model::around(std::uint64_t event) const { return is_huge() ? near(event).part : whole_; }

trace_model::neighbourhood& trace_model::near(std::uint64_t event) const {
  for (auto& known : near_) {
    if (!known || event < known->part.begin_event() || event >= known->part.end_event()) continue;
    std::swap(known, near_.front());
    return *near_.front();
  }
  const std::uint64_t begin = event - std::min(event, limits_.around_events);
  const std::uint64_t end = std::min(event_count(), event + limits_.around_events);
  diary::scheduler_state before = diary::seek_state(events(), begin);
  std::vector<diary::scheduler_state> states{before};
  auto made = std::make_unique<neighbourhood>(
      neighbourhood{trace_part(limits_.long_run_ns, std::move(before), history_), std::move(states)});
  diary::event_walk walk = events().walk(begin);
  while (walk.n() < end) {
    const std::uint64_t from = walk.n();
    walk.for_each(
        [&](const diary::event& e) {
          made->part.take(e, history_);
          return true;
        },
        std::min(end, from + events_between_states));
    if (walk.n() == from) break;
    made->states.push_back(made->part.state());
  }
  near_.back() = std::move(made);
  std::swap(near_.front(), near_.back());
  return *near_.front();
}

diary::scheduler_state trace_model::state_after(std::uint64_t count) const {
  if (!is_huge()) return history_.state_after(count);
  count = std::min(count, event_count());
  if (count == 0) return diary::scheduler_state(events().info().shuffled);
  const std::vector<diary::scheduler_state>& states = near(count - 1).states;
  const auto behind =
      std::upper_bound(states.begin(), states.end(), count,
                       [](std::uint64_t n, const diary::scheduler_state& s) { return n < s.applied(); });
  if (behind == states.begin()) return diary::seek_state(events(), count);
  diary::scheduler_state state = *(behind - 1);
  diary::event_walk walk = events().walk(state.applied());
  const auto apply = [&](const diary::event& e) {
    state.apply(e);
    return true;
  };
  walk.for_each(apply, count);
  return state;
}

std::vector<held_run> trace_model::held_runs() const {
  if (is_huge()) return index_job_->index().held();
  std::vector<held_run> all;
  for (std::uint32_t t = 0; t < threads().size(); ++t) {
    const track& runs = threads()[t].runs;
    for (const std::uint32_t i : runs.long_runs()) {
      const coroutine_index who = threads()[t].who[i];
      if (who == nobody) continue;
      all.push_back({t, record(who).id, runs[i].event, runs[i + 1].event, runs.span(i, end_ns_)});
    }
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const held_run& a, const held_run& b) { return a.when.end_ns < b.when.end_ns; });
  return all;
}

const lane_index* trace_model::roughly(time_range range) const {
  if (!is_huge()) return nullptr;
  const lane_index* fine = view_job_->roughly(range);
  const lane_index* all = &index_job_->index();
  return fine != nullptr && (!is_indexed() || fine->scale().bucket_ns < all->scale().bucket_ns) ? fine : all;
}

bool trace_model::is_indexed() const { return !is_huge() || index_job_->is_done(); }
double trace_model::progress() const { return is_huge() ? index_job_->progress() : 1; }
bool trace_model::is_whole() const { return !is_huge() || index_job_->is_whole(); }

void trace_model::look_at(time_range range, std::int64_t column_ns) {
  if (!is_huge() || !is_indexed()) return;
  view_job_->want(range, std::max<std::int64_t>(1, column_ns), index_job_->index().scale().bucket_ns);
}

bool trace_model::has_work() const { return is_huge() && (!is_indexed() || view_job_->has_work()); }

bool trace_model::work(std::chrono::steady_clock::time_point until) {
  if (!is_huge()) return false;
  if (is_indexed()) return view_job_->work(until);
  const bool has_grown = index_job_->work(until);
  if (is_indexed()) near_ = {};  // parts made earlier lack some names
  return has_grown;
}

void trace_model::finish_work() {
  if (!is_huge()) return;
  if (!is_indexed()) {
    index_job_->finish();
    near_ = {};
  }
  while (view_job_->has_work()) view_job_->work(std::chrono::steady_clock::time_point::max());
}

std::optional<coroutine_index> trace_model::find_coroutine(std::uint64_t id) const {
  const std::size_t place = id != 0 ? history_.place_of(id) : diary::history::npos;
  return place == diary::history::npos ? std::nullopt : std::optional(static_cast<coroutine_index>(place));
}

coroutine_index trace_model::coroutine_of_slot(std::uint64_t slot, std::uint64_t n) const {
  if (slot == 0) return nobody;
  return find_coroutine(history_.id_of_slot(slot, n)).value_or(nobody);
}

coroutine_index trace_model::running_after(std::uint32_t thread, std::uint64_t n) const {
  return around(n).running_after(thread, n);
}

coroutine_index trace_model::running_before(std::uint32_t thread, std::uint64_t n) const {
  return n == 0 ? nobody : running_after(thread, n - 1);
}

std::string trace_model::site_text(coroutine_index c) const {
  const diary::site_record* site = history_.site(record(c).site);
  if (site == nullptr || site->file.empty()) return {};
  return file_name(site->file) + ":" + std::to_string(site->line);
}

std::string trace_model::thread_label(std::uint32_t thread) const {
  std::uint64_t tid = 0;
  if (is_huge()) {
    if (thread < thread_count()) tid = index_job_->index().thread_tid(thread);
  } else if (thread < whole_.state().threads().size()) {
    tid = whole_.state().threads()[thread].tid;
  }
  return "thread " + std::to_string(tid != 0 ? tid : thread);
}

std::string trace_model::thread_name(std::uint32_t thread) const {
  if (thread >= thread_count()) return {};
  return is_huge() ? index_job_->index().thread_name(thread) : whole_.state().threads()[thread].name;
}

std::uint64_t trace_model::look_on(coroutine_index c, std::uint64_t at, bool forth) const {
  if (!is_huge() || !is_indexed()) return at;
  const lane_index& index = index_job_->index();
  const std::uint32_t lane = index.lane_of(record(c).id);
  const mip_scale& scale = index.scale();
  const std::uint32_t bucket = scale.bucket_of(events().at(at).t_ns);
  const std::uint32_t next = lane == lane_index::no_lane ? lane : index.next_change(lane, bucket, forth);
  if (next == lane_index::no_lane) return event_count();
  if (next == bucket) return at;
  // One event more on either side, as several may be at the border.
  if (forth) return std::max(at, events().find_time(scale.begin_of(next) - 1));
  return std::min(at, events().find_time(scale.begin_of(next + 1)) + 1);
}

}  // namespace weft::viz
