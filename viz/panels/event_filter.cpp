#include "panels/event_filter.hpp"

#include <algorithm>

#include "model/search_words.hpp"
#include "view/state_text.hpp"

namespace weft::viz {
namespace {

constexpr std::uint64_t slice = 256;  // events between two checks of the clock

}  // namespace

void event_filter::look_for(const std::string& text) {
  if (text == text_) return;
  text_ = text;
  words_ = search_words(text);
  restart();
}

void event_filter::restart() {
  found_.clear();
  looked_at_ = 0;
}

bool event_filter::work(const trace_model& trace, clock::time_point until) {
  if (words_.empty() || is_done(trace) || is_full()) return false;
  do {
    const std::uint64_t end = std::min(trace.event_count(), looked_at_ + slice);
    trace.events().for_each(looked_at_, end, [&](const diary::event& e) {
      const event_words words = describe(trace, e);
      if (contains_all(words.who + " " + words.what + " " + words.details, words_)) found_.push_back(e.n);
      return !is_full();
    });
    looked_at_ = end;
  } while (!is_done(trace) && !is_full() && clock::now() < until);
  return true;
}

double event_filter::progress(const trace_model& trace) const {
  return trace.event_count() == 0 ? 1 : static_cast<double>(looked_at_) / static_cast<double>(trace.event_count());
}

}  // namespace weft::viz
