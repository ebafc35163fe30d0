// One argument of an event as text, both ways; shared by dump, load and --json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/state/history.hpp"
#include "trace/words/schema.hpp"

namespace weft::diary {

// Appends the exact value: a word if the kind has words for values, else a number.
void append_value(std::string& out, arg_kind kind, std::uint64_t value);
// The inverse. Accepts numbers in place of words; none if `word` is neither, or is out of range.
std::optional<std::uint64_t> value_from_text(arg_kind kind, std::string_view word);

// An explanation of the value for a person: the coroutine in the slot, the string, the object's name; empty if there is
// none. `n` of the event matters: a slot means its coroutine at that event.
std::string resolved(const history& h, const event& e, unsigned index);

// Kind and name of an argument; "arg4" for an argument this build does not know.
arg_kind kind_of_argument(event_type type, unsigned index);
std::string name_of_argument(event_type type, unsigned index);

// Parses decimal digits without a sign, up to the last character; none for other text, or above 64 bits.
std::optional<std::uint64_t> number_from_text(std::string_view word);

}  // namespace weft::diary
