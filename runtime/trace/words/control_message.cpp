#include "trace/words/control_message.hpp"

#include <algorithm>
#include <cstring>

namespace weft::diary {

namespace {

constexpr std::uint32_t request_magic = 0x51434657;  // bytes of a little-endian file: "WFCQ"
constexpr std::uint32_t reply_magic = 0x52434657;    // "WFCR"

// The two layouts. There is no padding; all bytes behind the fields are text.
struct request_layout {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t command;
  std::uint64_t sequence;
  std::uint64_t number;
  std::uint32_t flags;
  std::uint32_t text_length;
  std::uint64_t reserved;  // 0
  char text[control_text_bytes];
};
struct reply_layout {
  std::uint32_t magic;
  std::uint16_t version;
  std::uint16_t status;
  std::uint64_t sequence;
  std::uint32_t pid;
  std::uint32_t mode;
  std::uint32_t flags;
  std::uint32_t schedulers;
  std::uint32_t standing;
  std::uint32_t text_length;
  char text[control_text_bytes];
};
static_assert(sizeof(request_layout) == control_message_bytes && sizeof(reply_layout) == control_message_bytes);

struct command_rule {
  control_command command;
  std::string_view name;
  bool may_have_text, needs_text, may_have_number, needs_number;
  std::uint32_t flags;
};
constexpr std::array<command_rule, 9> rules{{
    {control_command::status, "status", false, false, false, false, 0},
    {control_command::start, "start", true, false, true, false, control_flag_order_only},
    {control_command::stop, "stop", false, false, false, false, 0},
    {control_command::snapshot, "snapshot", true, true, false, false, 0},
    {control_command::mark, "mark", true, true, false, false, 0},
    {control_command::pause, "pause", false, false, false, false, 0},
    {control_command::step, "step", false, false, false, false, 0},
    {control_command::step_to, "step_to", false, false, true, true, 0},
    {control_command::resume, "resume", false, false, false, false, 0},
}};

template <class Layout>
control_bytes bytes_of(Layout l, std::string_view text) {
  text = text.substr(0, std::min(text.find('\0'), control_text_bytes));
  l.version = control_version;
  l.text_length = static_cast<std::uint32_t>(text.size());
  std::memcpy(l.text, text.data(), text.size());
  control_bytes bytes;
  std::memcpy(bytes.data(), &l, sizeof l);
  return bytes;
}

// Reads and checks the fields that both layouts have.
template <class Layout>
const char* layout_of(std::span<const std::uint8_t> bytes, std::uint32_t magic, Layout& l) {
  if (bytes.size() != control_message_bytes) return "a message has 1024 bytes";
  std::memcpy(&l, bytes.data(), sizeof l);
  if (l.magic != magic) return "not a control message";
  if (l.version != control_version) return "another version of the protocol";
  if (l.text_length > control_text_bytes) return "the text is longer than the message";
  if (std::memchr(l.text, 0, l.text_length) != nullptr) return "a zero byte in the text";
  return nullptr;
}

}  // namespace

control_bytes to_bytes(const control_request& r) {
  request_layout l{};
  l.magic = request_magic;
  l.command = static_cast<std::uint16_t>(r.command);
  l.sequence = r.sequence;
  l.number = r.number;
  l.flags = r.flags;
  return bytes_of(l, r.text);
}

control_bytes to_bytes(const control_reply& r) {
  reply_layout l{};
  l.magic = reply_magic;
  l.status = static_cast<std::uint16_t>(r.status);
  l.sequence = r.sequence;
  l.pid = r.pid;
  l.mode = static_cast<std::uint32_t>(r.mode);
  l.flags = r.flags;
  l.schedulers = r.schedulers;
  l.standing = r.standing;
  return bytes_of(l, r.text);
}

const char* parse_request(std::span<const std::uint8_t> bytes, control_request& out) {
  request_layout l;
  if (const char* wrong = layout_of(bytes, request_magic, l)) return wrong;
  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const command_rule& r) {
    return static_cast<std::uint16_t>(r.command) == l.command;
  });
  // A command that this version does not know is still a valid message.
  if (rule != rules.end()) {
    if (l.reserved != 0) return "the reserved bytes are not zero";
    if ((l.flags & ~rule->flags) != 0) return "a flag that the command does not have";
    if (l.text_length != 0 && !rule->may_have_text) return "a text that the command does not have";
    if (l.text_length == 0 && rule->needs_text) return "the command needs a text";
    if (l.number != 0 && !rule->may_have_number) return "a number that the command does not have";
    if (l.number == 0 && rule->needs_number) return "the command needs a number";
  }
  out = {static_cast<control_command>(l.command), l.flags, l.sequence, l.number, std::string(l.text, l.text_length)};
  return nullptr;
}

const char* parse_reply(std::span<const std::uint8_t> bytes, control_reply& out) {
  reply_layout l;
  if (const char* wrong = layout_of(bytes, reply_magic, l)) return wrong;
  if (l.status > static_cast<std::uint16_t>(control_status::bad_message)) return "an unknown status";
  if (l.mode > static_cast<std::uint32_t>(control_mode::stepping)) return "an unknown mode";
  if (l.standing > l.schedulers) return "more schedulers stand than there are";
  out = {static_cast<control_status>(l.status),
         static_cast<control_mode>(l.mode),
         l.sequence,
         l.pid,
         l.flags,
         l.schedulers,
         l.standing,
         std::string(l.text, l.text_length)};
  return nullptr;
}

std::string_view name_of(control_command c) noexcept {
  for (const command_rule& r : rules) {
    if (r.command == c) return r.name;
  }
  return {};
}

std::uint16_t command_named(std::string_view name) noexcept {
  for (const command_rule& r : rules) {
    if (r.name == name) return static_cast<std::uint16_t>(r.command);
  }
  return 0;
}

}  // namespace weft::diary
