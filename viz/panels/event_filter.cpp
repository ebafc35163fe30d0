#include "panels/event_filter.hpp"

#include <algorithm>
#include <sstream>

#include "view/state_text.hpp"

namespace weft::viz {
namespace {

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

constexpr std::uint64_t slice = 256;  // events between two checks of the clock

}  // namespace

void event_filter::look_for(const std::string& text) {
  if (text == text_) return;
  text_ = text;
  words_.clear();
  std::istringstream in(lower_case(text));
  for (std::string word; in >> word;) words_.push_back(word);
  restart();
}

void event_filter::restart() {
  found_.clear();
  looked_at_ = 0;
}

bool event_filter::matches(const std::string& line) const {
  return std::all_of(words_.begin(), words_.end(),
                     [&](const std::string& word) { return line.find(word) != std::string::npos; });
}

bool event_filter::work(const trace_model& trace, clock::time_point until) {
  if (words_.empty() || is_done(trace) || is_full()) return false;
  do {
    const std::uint64_t end = std::min(trace.event_count(), looked_at_ + slice);
    trace.events().for_each(looked_at_, end, [&](const diary::event& e) {
      const event_words words = describe(trace, e);
      if (matches(lower_case(words.who + " " + words.what + " " + words.details))) found_.push_back(e.n);
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
