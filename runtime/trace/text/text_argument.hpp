// One argument of an event as text, both ways; shared by dump, load and --json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trace/state/history.hpp"
#include "trace/words/schema.hpp"

namespace weft::diary {

// Appends the exact value: a word where the kind has words for it, else a number.
void append_value(std::string& out, arg_kind kind, std::uint64_t value);
// Its inverse, which also takes plain numbers for words; none if `word` is neither or out of range.
std::optional<std::uint64_t> value_from_text(arg_kind kind, std::string_view word);

// What a reader wants to know of the value beyond its number: the coroutine in the slot, the string, the object's name;
// empty if there is nothing. `n` is the event's number: slots mean what they meant then.
std::string resolved(const history& h, const event& e, unsigned index);

// The kind and name of an argument; "arg4" beyond what this build knows.
arg_kind kind_of_argument(event_type type, unsigned index);
std::string name_of_argument(event_type type, unsigned index);

// Decimal numbers without sign, to the last character; none if anything else stands there or it exceeds 64 bits.
std::optional<std::uint64_t> number_from_text(std::string_view word);

}  // namespace weft::diary
