// Any bytes at a program's control socket: they are refused, or they are a request that is encoded to an equal request.
// The first byte chooses the end that receives the bytes.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "trace/words/control_message.hpp"

using namespace weft::diary;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // Short inputs are messages padded with zeroes: the fuzzer need not find 1024 bytes first.
  control_bytes bytes{};
  std::copy_n(data + 1, std::min(size - 1, bytes.size()), bytes.data());
  if (data[0] % 2 == 0) {
    control_request once, twice;
    if (parse_request({data + 1, size - 1}, once) == nullptr && size - 1 != control_message_bytes) std::abort();
    if (parse_request(bytes, once) != nullptr) return 0;
    if (parse_request(to_bytes(once), twice) != nullptr) std::abort();
    if (once.command != twice.command || once.flags != twice.flags || once.sequence != twice.sequence ||
        once.number != twice.number || once.text != twice.text) {
      std::abort();
    }
  } else {
    control_reply once, twice;
    if (parse_reply(bytes, once) != nullptr) return 0;
    if (parse_reply(to_bytes(once), twice) != nullptr) std::abort();
    if (once.status != twice.status || once.mode != twice.mode || once.text != twice.text ||
        once.standing != twice.standing || once.flags != twice.flags) {
      std::abort();
    }
  }
  return 0;
}
