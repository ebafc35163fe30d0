// Recordings whose file, descriptors or limits are changed by others.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "core/own_descriptor.hpp"
#include "record/attached_recording.hpp"
#include "record/discovery.hpp"
#include "support/close_descriptors.hpp"
#include "support/recorded.hpp"
#include "support/threaded_fork.hpp"
#include "trace/file/reader.hpp"
#include "trace/file/writer_identity.hpp"
#include "trace/words/format.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using diary::reader;
using support::close_all_descriptors;
using support::temporary_trace;

void yield_often(int times) {
  for (int i = 0; i < times; ++i) {
    trace::mark("a remark that takes room");
    yield();
  }
}

// Returns the child's exit status, or 128 + the signal that ended it. No checks inside: they would be the child's.
template <class F>
int in_child(F f) {
  const pid_t child = fork();
  if (child == 0) {
    static_cast<void>(!freopen("/dev/null", "w", stderr));
    _exit(f());
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(OwnDescriptor, IsNotOursAnyMoreWhenItsNumberIsSomebodyElses) {
  core::own_descriptor mine(open("/dev/null", O_RDONLY));
  const int number = mine.ours();
  ASSERT_GE(number, 0);
  const int other = open("/", O_RDONLY);
  ASSERT_EQ(dup2(other, number), number);

  EXPECT_EQ(mine.ours(), -1);
  mine.close();

  EXPECT_EQ(fcntl(number, F_GETFD), 0) << "somebody else's descriptor was closed";
  close(number);
  close(other);
}

TEST(Trouble, ATraceThatIsBeingWrittenIsLeftToItsWriter) {
  if (const char* const why = support::no_threads_after_fork()) GTEST_SKIP() << why;
  const temporary_trace file;
  trace::start({.path = file.path()});
  run([] { yield_often(10); });

  pid_t child = fork();
  if (child == 0) {
    static_cast<void>(!freopen("/dev/null", "w", stderr));
    int status = 0;
    try {
      trace::start({.path = file.path()});
      run([] { yield_often(3); });
      trace::stop();
    } catch (...) {
      status = 1;
    }
    _exit(status);
  }
  int status = -1;
  waitpid(child, &status, 0);
  trace::stop();

  EXPECT_EQ(status, 0);
  const std::string other = file.path() + "." + std::to_string(child);
  EXPECT_TRUE(reader::open(file.path()).info().complete);
  EXPECT_EQ(reader::open(file.path()).info().pid, static_cast<std::uint32_t>(getpid()));
  EXPECT_TRUE(reader::open(other).info().complete);
  std::filesystem::remove(other);
}

TEST(Trouble, ManyThatStartAtOnceWithOnePathAreAllRecorded) {
  if (support::emulated()) GTEST_SKIP() << "qemu-user has threads of its own: see no_threads_after_fork()";
  const temporary_trace file;
  constexpr int count = 12;
  int started[2], go_on[2];
  ASSERT_EQ(pipe(started) | pipe(go_on), 0);
  std::vector<pid_t> children;
  for (int i = 0; i < count; ++i) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    static_cast<void>(!freopen("/dev/null", "w", stderr));
    alarm(60);  // instead of waiting for a process that died
    close(go_on[1]);
    int status = 0;
    try {
      trace::start({.path = file.path()});
      run([] { yield_often(3); });
    } catch (const std::exception&) {
      status = 1;
    }
    char byte = 0;
    static_cast<void>(!write(started[1], &byte, 1));
    static_cast<void>(!read(go_on[0], &byte, 1));  // until all have started
    trace::stop();
    _exit(status);
  }
  char byte;
  for (int i = 0; i < count; ++i) ASSERT_EQ(read(started[0], &byte, 1), 1);
  close(go_on[1]);
  std::set<std::uint32_t> found;
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    const std::string own = file.path() + "." + std::to_string(child);
    if (!std::filesystem::exists(own)) continue;
    EXPECT_TRUE(reader::open(own).info().complete);
    found.insert(reader::open(own).info().pid);
    std::filesystem::remove(own);
  }
  found.insert(reader::open(file.path()).info().pid);
  EXPECT_EQ(found.size(), static_cast<std::size_t>(count));
  for (const int fd : {started[0], started[1], go_on[0]}) close(fd);
}

TEST(Trouble, ATraceFromBeforeAnExecIsKept) {
  const temporary_trace file;
  trace::start({.path = file.path()});
  run([] { yield_often(10); });
  trace::stop();
  // As if written by another program of this process: the file's uuid differs.
  std::fstream bytes(file.path(), std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekp(offsetof(diary::file_header, uuid)).write("before!!", 8);
  bytes.close();

  testing::internal::CaptureStderr();
  trace::start({.path = file.path()});
  const std::string said = testing::internal::GetCapturedStderr();
  run([] { yield_often(3); });
  trace::stop();

  const std::string other = file.path() + "." + std::to_string(getpid());
  EXPECT_EQ(said,
            "weft: trace file " + file.path() + " belongs to a process that lives: recording into " + other + "\n");
  EXPECT_GT(reader::open(file.path()).info().event_bytes, reader::open(other).info().event_bytes);
  EXPECT_TRUE(reader::open(other).info().complete);
  std::filesystem::remove(other);
}

TEST(Trouble, ATraceBelongsToAnotherOnlyIfThatOneLives) {
  diary::file_header header{};
  header.pid = static_cast<std::uint32_t>(getpid());
  header.process_start = diary::process_start(header.pid);
  header.complete = 1;
  header.uuid[0] = diary::program_run();
  EXPECT_FALSE(diary::belongs_to_another(header)) << "this program's own";
  header.uuid[0] ^= 1;
  EXPECT_TRUE(diary::belongs_to_another(header)) << "before an exec";
  if (header.process_start != 0) {
    ++header.process_start;
    EXPECT_FALSE(diary::belongs_to_another(header)) << "the number was used again";
  }
  const pid_t child = fork();
  if (child == 0) _exit(0);
  waitpid(child, nullptr, 0);
  header.pid = static_cast<std::uint32_t>(child);
  EXPECT_FALSE(diary::belongs_to_another(header)) << "its writer is gone";
}

TEST(Trouble, AFinishedTraceIsReplaced) {
  const temporary_trace file;
  for (int i = 0; i < 2; ++i) {
    trace::start({.path = file.path()});
    run([] { yield_often(10); });
    trace::stop();
  }
  EXPECT_TRUE(reader::open(file.path()).info().complete);
}

TEST(Trouble, TheProgramSurvivesThatItsTraceIsCut) {
  const temporary_trace file;
  for (const off_t size : {0, 4096}) {
    EXPECT_EQ(in_child([&] {
                trace::start({.path = file.path()});
                run([&] {
                  yield_often(1000);
                  if (truncate(file.path().c_str(), size) != 0) _exit(2);
                  yield_often(20000);
                });
                trace::stop();
                return 0;
              }),
              0);
  }
}

TEST(Trouble, ADaemonsOwnFilesAreNotTouchedWhenItHasClosedAllDescriptors) {
  const temporary_trace file, mine;
  EXPECT_EQ(in_child([&] {
              trace::start({.path = file.path()});
              run([] { yield_often(100); });
              close_all_descriptors();
              for (int i = 0; i < 8; ++i) {
                const int fd = open(mine.path().c_str(), O_RDWR | O_CREAT, 0600);
                if (i == 0 && write(fd, "precious", 8) != 8) return 2;
              }
              run([] { yield_often(100000); });
              trace::stop();
              return std::filesystem::file_size(mine.path()) == 8 ? 0 : 3;
            }),
            0);
}

TEST(Trouble, ADaemonsOwnListenersAreNotServedWhenItHasClosedAllDescriptors) {
  EXPECT_EQ(in_child([] {
              run([] { yield(); });  // opens the control socket
              close_all_descriptors();
              std::array<int, 4> listeners;
              for (int& fd : listeners) {
                fd = socket(AF_INET, SOCK_STREAM, 0);
                sockaddr_in address{};
                address.sin_family = AF_INET;
                address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
                socklen_t size = sizeof address;
                auto* const any = reinterpret_cast<sockaddr*>(&address);
                if (bind(fd, any, size) != 0 || listen(fd, 4) != 0 || getsockname(fd, any, &size) != 0) return 2;
                if (connect(socket(AF_INET, SOCK_STREAM, 0), any, size) != 0) return 3;
              }
              run([] {
                sleep_for(std::chrono::milliseconds(10));
                yield_often(10000);
              });
              for (const int fd : listeners) {
                fcntl(fd, F_SETFL, O_NONBLOCK);
                if (accept(fd, nullptr, nullptr) < 0) return 4;
              }
              return 0;
            }),
            0);
}

#if defined(__linux__)
bool a_viewer_is_served() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    if (name == "weft-control") return true;
  }
  return false;
}

// The server's descriptors are closed: its thread must neither spin nor stay.
TEST(Trouble, WhoServesViewersEndsWhenTheProgramHasClosedAllDescriptors) {
  EXPECT_EQ(in_child([] {
              const int viewer = socket(AF_UNIX, SOCK_STREAM, 0);
              run([&] {
                sockaddr_un address{};
                address.sun_family = AF_UNIX;
                const std::string path = record::discovery_folder() + "/" + std::to_string(getpid()) + ".control";
                path.copy(address.sun_path, sizeof address.sun_path - 1);
                if (connect(viewer, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) _exit(2);
                while (!a_viewer_is_served()) sleep_for(std::chrono::milliseconds(1));
              });
              const int kept = dup2(viewer, 300);  // the viewer's own descriptor stays open
              close_all_descriptors();
              for (int tries = 0; a_viewer_is_served(); ++tries) {
                if (tries == 2000) return 3;
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
              }
              return close(kept);
            }),
            0);
}
#endif

TEST(Trouble, ARingWhoseFileIsDeletedSaysSoAndServesSnapshots) {
  const temporary_trace file, copy;
  testing::internal::CaptureStderr();
  trace::start({.path = file.path(), .ring_bytes = 1 << 20});
  run([&] {
    yield_often(100);
    std::filesystem::remove(file.path());
    yield_often(20000);
    trace::snapshot(copy.path());
  });
  trace::stop();
  const std::string said = testing::internal::GetCapturedStderr();

  EXPECT_EQ(said,
            "weft: trace file " + file.path() + " was deleted: from now on only snapshots show what is recorded\n");
  EXPECT_TRUE(reader::open(copy.path()).info().complete);
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

TEST(Trouble, ATraceThatIsDeletedEndsWithOneLine) {
  const temporary_trace file;
  testing::internal::CaptureStderr();
  trace::start({.path = file.path()});
  run([&] {
    yield_often(100);
    std::filesystem::remove(file.path());
    yield_often(100'000);
  });
  trace::stop();

  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "weft: trace file " + file.path() + " was deleted: recording ends here\n");
}

TEST(Trouble, ATraceThatNobodyAskedToKeepGoesWithoutALine) {
  testing::internal::CaptureStderr();
  run([&] {
    record::start_attached({});
    yield_often(100);
    record::stop_attached();
    yield_often(100'000);
  });

  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Trouble, ARingThatIsCutEndsWithOneLine) {
  const temporary_trace file;
  for (const off_t size : {0, 4096, 200'000}) {
    testing::internal::CaptureStderr();
    trace::start({.path = file.path(), .ring_bytes = 1 << 20});
    run([&] {
      yield_often(100);
      ASSERT_EQ(truncate(file.path().c_str(), size), 0);
      yield_often(20000);
    });
    trace::stop();
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "weft: trace file " + file.path() + " was cut by somebody: recording ends here\n");
    std::filesystem::remove(file.path());
  }
}

TEST(Trouble, ASnapshotBeyondTheLimitOfFilesIsAnErrorAndLeavesTheOneBefore) {
  const temporary_trace copy;
  EXPECT_EQ(in_child([&] {
              trace::start({.path = "", .ring_bytes = 4 << 20});
              run([] { yield_often(100); });
              trace::snapshot(copy.path());
              run([] { yield_often(100000); });
              const rlimit small{1 << 16, 1 << 16};
              setrlimit(RLIMIT_FSIZE, &small);
              try {
                trace::snapshot(copy.path());
              } catch (const std::system_error& e) {
                return e.code().value() == EFBIG && reader::open(copy.path()).info().complete ? 0 : 2;
              }
              return 3;
            }),
            0);
}

TEST(Trouble, OrderOnlyBeginsAtItsTime) {
  const temporary_trace file;
  trace::start({.path = file.path(), .order_only = true});
  run([] { yield_often(3); });
  trace::stop();

  EXPECT_GE(reader::open(file.path()).at(0).t_ns, 0);
}

TEST(Trouble, ARingBeyondTheMachinesMemoryIsRefused) {
  EXPECT_THROW(trace::start({.path = "", .ring_bytes = std::size_t{40000} << 30}), std::system_error);
}

}  // namespace
}  // namespace weft
