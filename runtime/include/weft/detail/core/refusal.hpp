// Gives one clear error for a call whose argument no function accepts. Not for programs.
//
// A function that demands something of its argument has a second overload, for arguments that do not meet the demand,
// which must not be called. A call of it is one error of one line, and `requires { call }` stays false. GCC shows the
// type of the refused function, so the reason is the name of its return type; Clang shows the text.
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

// The return types of refused calls. They convert to anything, so that a use of the result causes no second error.
struct refusal {
  template <class T>
  operator T() const;
};
struct the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied : refusal {};
struct arguments_are_captured_by_the_function_and_not_passed : refusal {};
struct the_function_must_take_the_yielder : refusal {};
struct the_function_must_take_a_T_or_nothing : refusal {};
struct the_handler_must_take_a_tcp_stream_by_value : refusal {};

// The functions that spawn() and similar calls accept: a function object without parameters that can be constructed in
// the coroutine.
template <class F>
concept spawnable = std::invocable<std::decay_t<F>> && std::constructible_from<std::decay_t<F>, F>;

struct any_call_operator {
  void operator()();
};
template <class T>
struct with_any_call_operator : T, any_call_operator {};
// True also for an overloaded or generic operator(), which has no unique address: beside a second one the name is
// ambiguous.
template <class T>
concept has_call_operator = std::is_class_v<T> && !std::is_final_v<T> && !requires {
  &with_any_call_operator<T>::operator();
};

// Only function-like arguments are refused: an unqualified run(x) of the program's own must not find weft's refusal
// because the type of x belongs to weft.
template <class F>
concept function_like = std::is_function_v<std::remove_pointer_t<std::decay_t<F>>> ||
    std::is_member_pointer_v<std::decay_t<F>> || has_call_operator<std::decay_t<F>>;
template <class F>
concept refused_function = function_like<F> &&(!spawnable<F>);

// One argument too many. The conversion makes the refusal the worst match, after any function of the program's own.
struct any_argument {
  template <class T>
  requires(!std::convertible_to<T, source_location>) any_argument(T&&);
};

}  // namespace weft::detail
