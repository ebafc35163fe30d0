#include "model/finding.hpp"

namespace weft::viz {

const char* to_text(finding_kind kind) {
  switch (kind) {
    case finding_kind::held_thread:
      return "held-thread";
    case finding_kind::blocked_at_end:
      return "blocked-at-end";
  }
  return "?";
}

}  // namespace weft::viz
