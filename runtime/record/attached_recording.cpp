#include "record/attached_recording.hpp"

#include <unistd.h>

#include <stdexcept>

#include "record/discovery.hpp"
#include "record/process_state.hpp"
#include "record/recording.hpp"

namespace weft::record {

void start_attached(const trace::options& o) {
  process_state& p = process();
  trace::options wanted = o;
  {
    const std::lock_guard guard(p.lock);
    if (p.current != nullptr) {
      const std::string& path = p.current->asked().path;
      if (path.empty()) throw std::runtime_error("it records into memory only: ask for a snapshot");
      if (!o.path.empty() && o.path != path) throw std::runtime_error("it records already, into " + path);
      return;
    }
  }
  if (wanted.path.empty()) {
    if (!make_discovery_folder()) throw std::runtime_error("no folder for the trace: name a file");
    wanted.path = discovery_folder() + "/attached-" + std::to_string(getpid()) + ".weft";
  } else if (wanted.path.front() != '/') {
    throw std::runtime_error("the path of a trace must be absolute");
  }
  begin_recording(wanted, true);
  if (!o.path.empty()) return;
  const std::lock_guard guard(p.lock);
  if (p.attached) p.temporary = p.current->asked().path;
}

void stop_attached() { end_recording(whose::attached); }

recording_now what_is_recorded() {
  process_state& p = process();
  const std::lock_guard guard(p.lock);
  if (p.current == nullptr) return {};
  return {true, p.attached, p.current->asked().path};
}

}  // namespace weft::record
