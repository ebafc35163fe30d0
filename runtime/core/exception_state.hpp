// What the C and C++ runtime libraries keep per OS thread but every context needs for itself: the exceptions being
// handled, the count of those in flight, and errno. Exchanged together with each context switch, and nowhere else;
// whoever calls weft_switch() calls exchange() right before it. The floating-point control words are the switch's own.
#pragma once

#include <cxxabi.h>

#include <cerrno>

#if defined(_LIBCPPABI_VERSION)
// libc++abi has the function but does not declare it.
namespace __cxxabiv1 {
struct __cxa_eh_globals;
extern "C" __cxa_eh_globals* __cxa_get_globals();
}  // namespace __cxxabiv1
#endif

namespace weft::core {

// The values of a suspended context. A new context starts with the defaults.
struct execution_state {
  void* caught_exceptions = nullptr;
  unsigned uncaught_exceptions = 0;
  int saved_errno = 0;
};

// The layout that the C++ ABI gives to __cxa_eh_globals; the same in libstdc++, libc++abi and libcxxrt.
struct exception_globals {
  void* caught_exceptions;
  unsigned uncaught_exceptions;
};

// Where one OS thread keeps those values. Valid on that thread only, for as long as it lives; contexts do not change
// threads, so it is fetched once a thread.
struct execution_registers {
  exception_globals* exceptions = nullptr;
  int* error_number = nullptr;
};

inline execution_registers registers_of_this_thread() noexcept {
  return {reinterpret_cast<exception_globals*>(__cxxabiv1::__cxa_get_globals()), &errno};
}

// Stores the running context's values into `from` and makes those of `to` the thread's. Before: `registers` are this
// thread's.
inline void exchange(const execution_registers& registers, execution_state& from, const execution_state& to) noexcept {
  from.caught_exceptions = registers.exceptions->caught_exceptions;
  from.uncaught_exceptions = registers.exceptions->uncaught_exceptions;
  from.saved_errno = *registers.error_number;
  registers.exceptions->caught_exceptions = to.caught_exceptions;
  registers.exceptions->uncaught_exceptions = to.uncaught_exceptions;
  *registers.error_number = to.saved_errno;
}

}  // namespace weft::core
