// The error of an operation on a closed queue or channel.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <stdexcept>

namespace weft {

struct closed_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace weft
