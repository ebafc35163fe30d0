// A hand-written function that fills every callee-saved register, switches, and reports their values afterwards. C++
// cannot demand a value in r12, so a test in C++ would prove only what the compiler happened to do.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__)
inline constexpr std::size_t probe_general_registers = 6;  // rbx rbp r12 r13 r14 r15
inline constexpr std::size_t probe_float_registers = 0;    // the System V ABI has none
#else
inline constexpr std::size_t probe_general_registers = 11;  // x19-x29
inline constexpr std::size_t probe_float_registers = 8;     // d8-d15
#endif
inline constexpr std::size_t probe_registers = probe_general_registers + probe_float_registers;

// Loads values into the registers, calls weft_switch(save, to), stores their values afterwards into found.
extern "C" void probe_switch(void** save, void* to, const std::uint64_t* values, std::uint64_t* found);
// The same with weft_switch_call(save, to, fn, arg); arg is found.
extern "C" void probe_switch_call(void** save, void* to, const std::uint64_t* values, std::uint64_t* found,
                                  void (*fn)(void*));
#if defined(__x86_64__)
// The same with weft_switch_given(save, to, control).
extern "C" void probe_switch_given(void** save, void* to, const std::uint64_t* values, std::uint64_t* found,
                                   unsigned long long control);
// The same with weft_switch_from.
extern "C" void probe_switch_from(void** save, void* to, const std::uint64_t* values, std::uint64_t* found,
                                  unsigned long long control);
#endif
