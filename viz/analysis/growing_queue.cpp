// Finds queues that only grow: during the second half of its puts and gets a queue is never shorter than its greatest
// length in the first half, and it is long at the end.
#include <algorithm>
#include <map>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class growing_queue : public detector {
 public:
  explicit growing_queue(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override {
    return type == diary::event_type::queue_put || type == diary::event_type::queue_get;
  }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    queue& q = queues_[e.args[0]];
    if (q.count == 0) q.begin_ns = e.t_ns;
    q.add(static_cast<std::uint32_t>(std::min<std::uint64_t>(e.args[1], UINT32_MAX)));
    q.last_ns = e.t_ns;
    q.last_event = e.n;
    q.thread = e.thread;
    if (e.type != diary::event_type::queue_put) return;
    ++q.puts;
    if (const diary::coroutine_state* const c = running_on(state, e.thread)) q.last_putter = c->id;
  }

  void finish(const diary::scheduler_state&) override {
    if (about_.gaps.any()) return;  // the missing events may be gets
    for (const auto& [object, q] : queues_) {
      const auto middle = q.stretches.begin() + static_cast<std::ptrdiff_t>(q.stretches.size() / 2);
      if (q.depth < about_.limits.queue_depth || middle == q.stretches.begin()) continue;
      const auto least = std::min_element(middle, q.stretches.end(),
                                          [](const stretch& a, const stretch& b) { return a.least < b.least; });
      const auto most = std::max_element(q.stretches.begin(), middle,
                                         [](const stretch& a, const stretch& b) { return a.most < b.most; });
      if (least->least < most->most) continue;
      finding f;
      f.kind = finding_kind::growing_queue;
      f.coroutine = q.last_putter;
      f.evidence = q.last_event;
      f.when = {q.begin_ns, q.last_ns};
      f.title = about_.trace.object_label(object) + " only grows: it holds " + std::to_string(q.depth) + " in the end";
      f.detail = counted(q.puts, "item was", "items were") + " put into it and " + std::to_string(q.count - q.puts) +
                 " taken out. A limit would make its producers wait.";
      f.site = about_.trace.object_label(object);
      f.size = static_cast<std::int64_t>(q.depth);
      about_.report(std::move(f), q.thread);
    }
  }

 private:
  // The least and greatest depth in a number of consecutive puts and gets. All stretches of a queue but the last are of
  // equal length. The length begins at one and doubles, by joining pairs, when there are too many.
  struct stretch {
    std::uint32_t least = UINT32_MAX, most = 0;
  };
  static constexpr std::size_t most_stretches = 4096;
  struct queue {
    std::vector<stretch> stretches;
    std::uint64_t in_stretch = 1, count = 0;
    std::uint32_t depth = 0;
    std::int64_t begin_ns = 0, last_ns = 0;
    std::uint64_t last_event = 0, puts = 0, last_putter = 0;
    std::uint32_t thread = 0;

    void add(std::uint32_t now) {
      if (count % in_stretch == 0) {
        if (stretches.size() == most_stretches) join_stretches();
        if (count % in_stretch == 0) stretches.emplace_back();
      }
      stretch& last = stretches.back();
      last.least = std::min(last.least, now);
      last.most = std::max(last.most, now);
      depth = now;
      ++count;
    }
    void join_stretches() {
      for (std::size_t i = 0; i < stretches.size() / 2; ++i) {
        const stretch &a = stretches[2 * i], &b = stretches[2 * i + 1];
        stretches[i] = {std::min(a.least, b.least), std::max(a.most, b.most)};
      }
      stretches.resize(stretches.size() / 2);
      in_stretch *= 2;
    }
  };

  const investigation& about_;
  std::map<std::uint64_t, queue> queues_;  // by object
};

}  // namespace

std::unique_ptr<detector> make_growing_queue(const investigation& about) {
  return std::make_unique<growing_queue>(about);
}

}  // namespace weft::viz
