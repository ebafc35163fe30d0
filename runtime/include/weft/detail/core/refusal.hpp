// What a call is told that nothing can take: one error, which says why. Not for programs.
//
// Beside each function that demands something of its argument stands a second one for arguments that miss it, which
// nobody may call: a call of it is an error of one line, and `requires { call }` stays false. GCC shows the refused
// function's type, so the reason is the name of what it returns; Clang shows the text.
#pragma once

#include <concepts>
#include <type_traits>

#include "weft/source_location.hpp"

#if defined(__clang__)
#define WEFT_REFUSED(why, ...) __attribute__((unavailable(why))) __VA_ARGS__
#else
#define WEFT_REFUSED(why, ...) __VA_ARGS__ = delete
#endif

namespace weft::detail {

// Refused calls return one of these. They convert to anything, so that a use of the result is no second error.
struct refusal {
  template <class T>
  operator T() const;
};
struct the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied : refusal {};
struct arguments_are_captured_by_the_function_and_not_passed : refusal {};
struct the_function_must_take_the_yielder : refusal {};
struct the_function_must_take_a_T_or_nothing : refusal {};
struct the_handler_must_take_a_tcp_stream_by_value : refusal {};

// What spawn() and its like take: a function object without parameters, and a way to get it into the coroutine.
template <class F>
concept spawnable = std::invocable<std::decay_t<F>> && std::constructible_from<std::decay_t<F>, F>;

struct any_call_operator {
  void operator()();
};
template <class T>
struct with_any_call_operator : T, any_call_operator {};
// True also of overloaded and generic ones, whose operator() has no one address: beside another, the name is ambiguous.
template <class T>
concept has_call_operator = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &with_any_call_operator<T>::operator();
};

// Only what looks like a function is refused: an unqualified run(x) of a program's own must not find weft's refusal
// because x is of a type of weft's.
template <class F>
concept function_like = std::is_function_v<std::remove_pointer_t<std::decay_t<F>>> ||
    std::is_member_pointer_v<std::decay_t<F>> || has_call_operator<std::decay_t<F>>;
template <class F>
concept refused_function = function_like<F> &&(!spawnable<F>);

// An argument too many. The conversion makes the refusal the last choice, behind any function of the program's own.
struct any_argument {
  template <class T>
  requires(!std::convertible_to<T, source_location>) any_argument(T&&);
};

}  // namespace weft::detail
