// A second weft in the process: a program and a plugin of it that were both linked with libweft.a have one each. Each
// is whole and works, but knows only its own coroutines. In a coroutine of the other one it would take itself for a
// plain thread and block all of them, so it refuses: these are the questions. They are asked where a thread without a
// coroutine is about to wait or to be refused, never on the way of a coroutine.
#pragma once

#include <string>
#include <string_view>

namespace weft::core {

// Throws std::logic_error if this thread runs a coroutine of another weft. `what`: the call that would wait.
void expect_no_other_weft(std::string_view what);

// "WHAT outside of a coroutine", and of which weft the coroutine is if there is one.
std::string outside_of_a_coroutine(std::string_view what);

}  // namespace weft::core
