// Queues that only grow: in the second half of what was put into and taken out of it, a queue never got as short as it
// was at its longest in the first half, and it is long at the end.
#include <algorithm>
#include <map>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class growing_queue : public detector {
 public:
  explicit growing_queue(const investigation& about) : about_(about) {}

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.type != diary::event_type::queue_put && e.type != diary::event_type::queue_get) return;
    queue& q = queues_[e.args[0]];
    if (q.depths.empty()) q.begin = {e.n, e.t_ns, e.thread};
    q.depths.push_back(static_cast<std::uint32_t>(std::min<std::uint64_t>(e.args[1], UINT32_MAX)));
    q.last_ns = e.t_ns;
    q.last_event = e.n;
    if (e.type != diary::event_type::queue_put) return;
    ++q.puts;
    if (const diary::coroutine_state* const c = running_on(state, e.thread)) q.last_putter = c->id;
  }

  void finish(const diary::scheduler_state&, std::vector<finding>& found) override {
    if (about_.gaps.any()) return;  // what is missing may have been taken out
    for (const auto& [object, q] : queues_) {
      const auto middle = q.depths.begin() + static_cast<std::ptrdiff_t>(q.depths.size() / 2);
      if (q.depths.back() < about_.limits.queue_depth || middle == q.depths.begin()) continue;
      if (*std::min_element(middle, q.depths.end()) < *std::max_element(q.depths.begin(), middle)) continue;
      finding f;
      f.kind = finding_kind::growing_queue;
      f.coroutine = q.last_putter;
      f.evidence = q.last_event;
      f.when = {q.begin.t_ns, q.last_ns};
      f.title = about_.trace.object_label(object) + " only grows: it holds " + std::to_string(q.depths.back()) +
                " in the end";
      f.detail = counted(q.puts, "item was", "items were") + " put into it and " +
                 std::to_string(q.depths.size() - q.puts) + " taken out. A limit would make its producers wait.";
      found.push_back(std::move(f));
    }
  }

 private:
  struct place {
    std::uint64_t event = 0;
    std::int64_t t_ns = 0;
    std::uint32_t thread = 0;
  };
  struct queue {
    std::vector<std::uint32_t> depths;  // after each put and get
    place begin;
    std::int64_t last_ns = 0;
    std::uint64_t last_event = 0, puts = 0, last_putter = 0;
  };

  const investigation& about_;
  std::map<std::uint64_t, queue> queues_;  // by object
};

}  // namespace

std::unique_ptr<detector> make_growing_queue(const investigation& about) {
  return std::make_unique<growing_queue>(about);
}

}  // namespace weft::viz
