// One decoded event, and the error that unreadable files raise.
#pragma once

#include <array>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"

namespace weft::diary {

// A value; cheap to copy. `text` points into the reader that decoded the event.
struct event {
  std::uint64_t n = 0;        // place in the whole trace, all threads merged, from 0
  std::int64_t t_ns = 0;      // since the trace started
  std::uint64_t ordinal = 0;  // place among its own thread's events, from 0
  std::uint32_t thread = 0;   // index of its thread, from 0
  event_type type = event_type::none;
  std::array<std::uint64_t, max_args> args{};
  std::string_view text;  // as recorded: print it only through sanitised()
};

// Input that is not a readable trace. what() is one line: file, byte offset, what is wrong.
class file_error : public std::runtime_error {
 public:
  file_error(const std::string& path, std::uint64_t offset, const std::string& what_is_wrong)
      : std::runtime_error(path + ": byte " + std::to_string(offset) + ": " + what_is_wrong), offset_(offset) {}
  std::uint64_t offset() const { return offset_; }

 private:
  std::uint64_t offset_;
};

// Names come from programs and hostile files: invalid UTF-8 becomes U+FFFD, control characters become spaces or \xNN
// so that no escape sequence reaches a terminal. Idempotent.
std::string sanitised(std::string_view raw);

}  // namespace weft::diary
