// Coroutine names in the form that two runs of a program have in common.
#pragma once

#include <string>
#include <string_view>

namespace weft::diary {

// Replaces each part that differs from run to run: ":443" becomes ":*". The system chooses ports, and servers name
// their coroutines by them. Line numbers move when a program is edited, and an unnamed coroutine is called by its line.
std::string comparable_name(std::string_view name);

}  // namespace weft::diary
