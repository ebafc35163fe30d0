// Requests of a viewer and replies of a running program over the program's control socket: messages of one fixed size,
// in the machine's byte order, since both ends are on one machine. docs/live.md describes the bytes. Use no field of a
// message before parse_...() has checked it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weft::diary {

inline constexpr std::size_t control_message_bytes = 1024;
inline constexpr std::size_t control_text_bytes = 984;  // the longest text
inline constexpr std::uint16_t control_version = 1;

using control_bytes = std::array<std::uint8_t, control_message_bytes>;

enum class control_command : std::uint16_t {
  status = 1,    // only a reply
  start = 2,     // record into the file `text`, or into one the program chooses; number: bytes of a ring, 0: no ring
  stop = 3,      // end a recording that was started from outside
  snapshot = 4,  // write what was recorded so far to the file `text`
  mark = 5,      // a remark in the diary
  pause = 6,     // stand between two switches
  step = 7,      // one switch, then stand again
  step_to = 8,   // go on up to the next event of the coroutine `number`
  resume = 9,
};

inline constexpr std::uint32_t control_flag_order_only = 1;  // of start

struct control_request {
  control_command command = control_command::status;
  std::uint32_t flags = 0;
  std::uint64_t sequence = 0;  // the reply repeats it
  std::uint64_t number = 0;
  std::string text;
};

enum class control_status : std::uint16_t {
  done = 0,
  refused = 1,      // impossible at present: `text` says why
  unknown = 2,      // no such command in this version
  bad_message = 3,  // not a message of this version: the connection is closed
};

enum class control_mode : std::uint32_t { running = 0, paused = 1, stepping = 2 };

inline constexpr std::uint32_t control_flag_recording = 1;
inline constexpr std::uint32_t control_flag_attached = 2;           // the recording was started from outside
inline constexpr std::uint32_t control_flag_no_such_coroutine = 4;  // the last step_to found no such coroutine

struct control_reply {
  control_status status = control_status::done;
  control_mode mode = control_mode::running;
  std::uint64_t sequence = 0;
  std::uint32_t pid = 0;
  std::uint32_t flags = 0;
  std::uint32_t schedulers = 0;  // number of running schedulers
  std::uint32_t standing = 0;    // how many of them stand between two switches
  std::string text;              // the trace's path if `recording`; the reason of a refusal

  bool recording() const noexcept { return (flags & control_flag_recording) != 0; }
  // The program is paused and all its schedulers stand.
  bool stands() const noexcept { return mode == control_mode::paused && standing == schedulers; }
};

// Cuts a text at its limit and at its first zero byte.
control_bytes to_bytes(const control_request& r);
control_bytes to_bytes(const control_reply& r);

// Returns null and fills `out` if the bytes are a valid message; else returns what is wrong and leaves `out`
// incomplete.
const char* parse_request(std::span<const std::uint8_t> bytes, control_request& out);
const char* parse_reply(std::span<const std::uint8_t> bytes, control_reply& out);

// "pause" for control_command::pause, and the inverse; 0: no such command.
std::string_view name_of(control_command c) noexcept;
std::uint16_t command_named(std::string_view name) noexcept;

}  // namespace weft::diary
