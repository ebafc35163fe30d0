// Requests to a running program: only complete and valid ones are accepted.
#include "trace/words/control_message.hpp"

#include <gtest/gtest.h>

#include <string>

namespace weft::diary {
namespace {

control_request request(control_command c, std::uint64_t number = 0, std::string text = "", std::uint32_t flags = 0) {
  control_request r;
  r.command = c;
  r.number = number;
  r.text = std::move(text);
  r.flags = flags;
  return r;
}

// Returns what is wrong after one byte has been changed; "" for nothing.
std::string wrong_with(const control_request& r, std::size_t at = 0, std::uint8_t change = 0) {
  control_bytes bytes = to_bytes(r);
  bytes[at] = static_cast<std::uint8_t>(bytes[at] ^ change);
  control_request out;
  const char* wrong = parse_request(bytes, out);
  return wrong != nullptr ? wrong : "";
}

TEST(ControlMessage, ARequestComesBackAsItWas) {
  control_request r = request(control_command::start, 1 << 20, "/tmp/a.weft", control_flag_order_only);
  r.sequence = 77;

  control_request out;
  ASSERT_EQ(parse_request(to_bytes(r), out), nullptr);

  EXPECT_EQ(out.command, control_command::start);
  EXPECT_EQ(out.sequence, 77U);
  EXPECT_EQ(out.number, 1U << 20);
  EXPECT_EQ(out.flags, control_flag_order_only);
  EXPECT_EQ(out.text, "/tmp/a.weft");
}

TEST(ControlMessage, AReplyComesBackAsItWas) {
  control_reply r;
  r.status = control_status::refused;
  r.mode = control_mode::stepping;
  r.sequence = 5;
  r.pid = 4711;
  r.flags = control_flag_recording | control_flag_attached;
  r.schedulers = 3;
  r.standing = 2;
  r.text = "why";

  control_reply out;
  ASSERT_EQ(parse_reply(to_bytes(r), out), nullptr);

  EXPECT_EQ(out.status, control_status::refused);
  EXPECT_EQ(out.mode, control_mode::stepping);
  EXPECT_EQ(out.sequence, 5U);
  EXPECT_EQ(out.pid, 4711U);
  EXPECT_TRUE(out.recording());
  EXPECT_EQ(out.schedulers, 3U);
  EXPECT_EQ(out.standing, 2U);
  EXPECT_EQ(out.text, "why");
}

TEST(ControlMessage, IsOfOneSize) {
  const control_bytes bytes = to_bytes(request(control_command::pause));
  control_request out;

  EXPECT_STREQ(parse_request(std::span(bytes).first(1023), out), "a message has 1024 bytes");
  EXPECT_STREQ(parse_request({}, out), "a message has 1024 bytes");
}

TEST(ControlMessage, WrongMagicIsRefused) {
  EXPECT_EQ(wrong_with(request(control_command::pause), 0, 1), "not a control message");
}

TEST(ControlMessage, ARequestIsNoReply) {
  control_reply out;
  EXPECT_STREQ(parse_reply(to_bytes(request(control_command::pause)), out), "not a control message");
}

TEST(ControlMessage, AnotherVersionIsRefused) {
  EXPECT_EQ(wrong_with(request(control_command::pause), 4, 0x80), "another version of the protocol");
}

TEST(ControlMessage, ALaterCommandIsAWholeMessage) {
  control_request out;

  ASSERT_EQ(parse_request(to_bytes(request(static_cast<control_command>(999), 1, "x", 0xff)), out), nullptr);

  EXPECT_EQ(name_of(out.command), "");
}

TEST(ControlMessage, ATextIsNoLongerThanTheMessage) {
  EXPECT_EQ(wrong_with(request(control_command::mark, 0, "x"), 31, 0x80), "the text is longer than the message");
  EXPECT_EQ(wrong_with(request(control_command::mark, 0, std::string(control_text_bytes, 'x'))), "");
}

TEST(ControlMessage, ATextThatIsTooLongIsCutOff) {
  control_request out;

  parse_request(to_bytes(request(control_command::mark, 0, std::string(5000, 'x'))), out);

  EXPECT_EQ(out.text, std::string(control_text_bytes, 'x'));
}

TEST(ControlMessage, AZeroByteInTheTextIsRefused) {
  EXPECT_EQ(wrong_with(request(control_command::mark, 0, "abc"), 41, 'b'), "a zero byte in the text");
}

TEST(ControlMessage, WhatACommandDoesNotHaveIsRefused) {
  EXPECT_EQ(wrong_with(request(control_command::pause, 1)), "a number that the command does not have");
  EXPECT_EQ(wrong_with(request(control_command::pause, 0, "now")), "a text that the command does not have");
  EXPECT_EQ(wrong_with(request(control_command::snapshot, 0, "/a", control_flag_order_only)),
            "a flag that the command does not have");
  EXPECT_EQ(wrong_with(request(control_command::pause), 32, 1), "the reserved bytes are not zero");
}

TEST(ControlMessage, WhatACommandNeedsMustBeThere) {
  EXPECT_EQ(wrong_with(request(control_command::step_to)), "the command needs a number");
  EXPECT_EQ(wrong_with(request(control_command::mark)), "the command needs a text");
  EXPECT_EQ(wrong_with(request(control_command::snapshot)), "the command needs a text");
}

TEST(ControlMessage, AnImpossibleReplyIsRefused) {
  control_reply r, out;
  r.standing = 2;
  r.schedulers = 1;
  EXPECT_STREQ(parse_reply(to_bytes(r), out), "more schedulers stand than there are");
  r = {};
  r.mode = static_cast<control_mode>(9);
  EXPECT_STREQ(parse_reply(to_bytes(r), out), "an unknown mode");
  r = {};
  r.status = static_cast<control_status>(9);
  EXPECT_STREQ(parse_reply(to_bytes(r), out), "an unknown status");
}

TEST(ControlMessage, CommandsHaveNames) {
  EXPECT_EQ(name_of(control_command::step_to), "step_to");
  EXPECT_EQ(command_named("resume"), static_cast<std::uint16_t>(control_command::resume));
  EXPECT_EQ(command_named("fly"), 0);
}

}  // namespace
}  // namespace weft::diary
