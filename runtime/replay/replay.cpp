#include "replay/replay.hpp"

#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <string>
#include <utility>

#include "trace/words/say.hpp"
#include "weft/errors.hpp"

namespace weft::replay {

namespace {

constexpr int exit_differs = 1, exit_unusable = 3;  // as the weft command's

// The recording that WEFT_REPLAY names, kept between the runs that follow it. Leaked: threads may use it late.
struct process_state {
  std::mutex lock;
  std::unique_ptr<recorded_order> order;
  bool opened = false;
  bool in_use = false;
  pid_t process = getpid();  // a forked child replays nothing: its order was not recorded there
};

process_state& process() {
  static process_state* const state = new process_state;
  return *state;
}

void check_not_overwritten(const std::string& path) {
  const char* traced = std::getenv("WEFT_TRACE");
  std::error_code ignored;
  if (traced != nullptr && std::filesystem::equivalent(path, traced, ignored))
    throw replay_error("replay of " + path + ": WEFT_TRACE names the same file, it would be overwritten");
}

bool asked_for_pace() {
  const char* const pace = std::getenv("WEFT_REPLAY_PACE");
  return pace != nullptr && std::strcmp(pace, "recorded") == 0;
}

// Null: WEFT_REPLAY is not set, or no recorded run is left.
std::unique_ptr<recorded_order> next_of_environment() {
  const char* const path = std::getenv("WEFT_REPLAY");
  if (path == nullptr || *path == '\0') return nullptr;
  process_state& p = process();
  const std::lock_guard guard(p.lock);
  if (p.process != getpid()) return nullptr;
  if (p.in_use) {
    throw replay_error("replay of " + std::string(path) +
                       ": the program runs several schedulers at once; only a single one can follow it");
  }
  if (!std::exchange(p.opened, true)) {
    check_not_overwritten(path);
    p.order = std::make_unique<recorded_order>(path);
  }
  if (p.order == nullptr) return nullptr;
  if (!p.order->begin_run()) {
    diary::say({"replay of ", path, ": no further run was recorded; this one goes freely"});
    p.order = nullptr;
    return nullptr;
  }
  p.in_use = true;
  return std::move(p.order);
}

}  // namespace

replayed_run::replayed_run(std::unique_ptr<recorded_order> order, core::clock& clock, bool by_environment)
    : order_(std::move(order)), follower_(*order_, clock, asked_for_pace()), by_environment_(by_environment) {
  if (by_environment) follower_.end_process_where_it_diverges(exit_differs);
}

replayed_run::~replayed_run() {
  if (!by_environment_) return;
  process_state& p = process();
  const std::lock_guard guard(p.lock);
  p.in_use = false;
  p.order = std::move(order_);
}

std::unique_ptr<replayed_run> replayed_run::asked_for(std::string_view option, core::clock& clock) {
  const bool by_environment = option.empty();
  std::unique_ptr<recorded_order> order;
  try {
    if (by_environment) {
      order = next_of_environment();
      if (order == nullptr) return nullptr;
    } else {
      order = std::make_unique<recorded_order>(std::string(option));
      if (!order->begin_run()) throw replay_error("replay of " + order->path() + ": no run was recorded there");
    }
  } catch (const replay_error& e) {
    if (!by_environment) throw;
    diary::say(e.what());
    std::exit(exit_unusable);
  }
  return std::unique_ptr<replayed_run>(new replayed_run(std::move(order), clock, by_environment));
}

std::exception_ptr replayed_run::outcome() noexcept {
  follower_.finish();
  return follower_.divergence();
}

void replayed_run::conclude() {
  std::exception_ptr error = outcome();
  if (error == nullptr) return;
  if (by_environment_) std::exit(exit_differs);  // the follower has reported the reason
  std::rethrow_exception(std::move(error));
}

}  // namespace weft::replay
