// Makes a compilation as an older language than C++20 fail with one error. Each public header includes this one first.
// Not for programs.
#pragma once

#if !defined(__cplusplus) || __cplusplus < 202002L
#error "weft needs C++20: compile with -std=c++20 or later"
#include <weft/needs_cxx20>  // is nowhere: ends the compilation here, before the riddles
#endif
