// What the process knows of recording. Only for runtime/record itself.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "weft/trace.hpp"

namespace weft::record {

class recording;
class scheduler_recording;

// Guarded by its lock; leaked, because atexit handlers and threads come late.
struct process_state {
  std::mutex lock;
  std::shared_ptr<recording> current;  // null: none is on
  bool attached = false;               // it was started from outside: the program does not know of it
  std::string temporary;               // its file, if nobody asked to keep that
  std::vector<scheduler_recording*> schedulers;
  bool environment_asked = false;
  std::optional<trace::options> forked;  // in a child whose parent recorded: how the child would record
};

process_state& process();

// Sees to the process's end and to forks. Call it before anything is recorded.
void prepare_process_once();

// Starts a recording and tells the schedulers. One that was started from outside gives way to the program's own. Throws
// std::logic_error if one is on, and what recording's constructor throws.
void begin_recording(const trace::options& o, bool attached);

enum class whose { own, attached, any };
// Ends it, if there is one and it is of this kind. The file of one that was started from outside is removed if nobody
// asked to keep it, except at the process's end: somebody may be looking.
void end_recording(whose kind);

}  // namespace weft::record
