#include "analysis/densest_switches.hpp"

#include "analysis/detector.hpp"

namespace weft::viz {

void densest_switches::take(const diary::event& e) {
  if (!is_switch(e.type)) return;
  if (first_.size() < few) first_.push_back(e.t_ns);
  std::int64_t& oldest = times_[count_ % wanted];
  oldest = e.t_ns;
  if (++count_ < wanted) return;
  const time_range latest{times_[count_ % wanted], e.t_ns};
  if (latest.length_ns() > 0 && (shortest_.length_ns() == 0 || latest.length_ns() < shortest_.length_ns())) {
    shortest_ = latest;
  }
}

time_range densest_switches::result() const {
  const std::size_t third = first_.size() / 3;
  if (count_ >= few || third < least) return shortest_;
  time_range shortest;
  for (std::size_t i = 0; i + third <= first_.size(); ++i) {
    const time_range stretch{first_[i], first_[i + third - 1]};
    if (stretch.length_ns() > 0 && (shortest.length_ns() == 0 || stretch.length_ns() < shortest.length_ns())) {
      shortest = stretch;
    }
  }
  return shortest;
}

}  // namespace weft::viz
