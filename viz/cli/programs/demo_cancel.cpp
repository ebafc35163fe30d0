// A group of downloads, one of which fails: the others are cancelled where they wait, one of them first finishes its
// clean-up, and all have ended before the join of the group returns.
#include <chrono>
#include <stdexcept>
#include <string>

#include "cli/programs/demo_support.hpp"
#include "cli/programs/demos.hpp"
#include "weft/weft.hpp"

namespace weft::viz::cli {
namespace {

using namespace std::chrono_literals;

void download(semaphore& connections) {
  connections.acquire();
  try {
    for (int piece = 0; piece < 50; ++piece) {
      sleep_for(1ms);
      compute_for(60us);
    }
  } catch (const cancelled&) {
    connections.release();
    throw;  // a cancelled coroutine passes the exception on
  }
  connections.release();
}

void download_that_tidies() {
  try {
    sleep_for(1h);
  } catch (const cancelled&) {
    const cancel_shield shield;  // the clean-up is not interrupted
    sleep_for(4ms);              // deletes the incomplete file
    throw;
  }
}

void one_round() {
  semaphore connections(2, "connections");
  try {
    with_task_group([&](task_group& group) {
      for (int n = 1; n <= 3; ++n) {
        group.spawn("download " + std::to_string(n), [&] { download(connections); });
      }
      group.spawn("download that tidies", download_that_tidies);
      group.spawn("download that fails", [] {
        sleep_for(8ms);
        throw std::runtime_error("404");
      });
    });
  } catch (const std::exception&) {
    // The group throws the first failure.
  }
}

}  // namespace

int run_cancel(double seconds) {
  run({.name = "main"}, [&] { repeat(seconds, 0.1, one_round); });
  return 0;
}

}  // namespace weft::viz::cli
