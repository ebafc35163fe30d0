// Names of coroutines as two runs of a program have them in common.
#pragma once

#include <string>
#include <string_view>

namespace weft::diary {

// Without what differs from run to run: ":443" becomes ":*". Ports are the system's choice and servers name coroutines
// by them; lines move when a program is edited, and coroutines without a name are called by theirs.
std::string comparable_name(std::string_view name);

}  // namespace weft::diary
