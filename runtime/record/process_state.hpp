// The recording state of the process. Only for runtime/record itself.
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

// Guarded by its lock. Leaked, because atexit handlers and threads use it late.
struct process_state {
  std::mutex lock;
  std::shared_ptr<recording> current;  // null: no recording is on
  bool attached = false;               // started from outside: the program does not know of it
  std::string temporary;               // the recording's file, if it is deleted at the end
  std::vector<scheduler_recording*> schedulers;
  bool environment_asked = false;
  std::optional<trace::options> forked;  // in a child of a recording parent: the options for the child's own recording
};

process_state& process();

// Registers handlers for the end of the process and for forks. Call before anything is recorded.
void prepare_process_once();

// Starts a recording and tells the schedulers. The program's own recording replaces one that was started from outside.
// Throws std::logic_error if another recording is on, and the exceptions of recording's constructor.
void begin_recording(const trace::options& o, bool attached);

enum class whose { own, attached, any };
// Ends the recording if one is on and is of this kind. The temporary file of a recording started from outside is
// deleted, except at the end of the process: a viewer may be reading it.
void end_recording(whose kind);

}  // namespace weft::record
