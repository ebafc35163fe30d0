#include "cli/programs/child_process.hpp"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <thread>

#if defined(__APPLE__)
#include <mach-o/dyld.h>
#elif defined(__FreeBSD__)
#include <sys/sysctl.h>
#endif

extern char** environ;  // POSIX, but not every system's unistd.h declares it

namespace weft::viz::cli {
namespace {

constexpr std::array forwarded_signals{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

// The process to which signals are forwarded. The only global here, because the signal handler reads it. One child is
// waited for at a time.
std::atomic<pid_t> forward_target{0};
static_assert(std::atomic<pid_t>::is_always_lock_free);

// The terminal sends its signals to the whole foreground group, which includes the child; forwarding them would double
// them.
bool sent_by_a_process(const siginfo_t& info) {
#if defined(SI_TKILL)
  if (info.si_code == SI_TKILL) return true;
#endif
  return info.si_code == SI_USER || info.si_code == SI_QUEUE;
}

void forward_signal(int number, siginfo_t* info, void*) {
  const int saved = errno;
  const pid_t target = forward_target.load();
  if (target > 0 && info && sent_by_a_process(*info)) ::kill(target, number);
  errno = saved;
}

int shell_status(int raw) {
  if (WIFEXITED(raw)) return WEXITSTATUS(raw);
  return 128 + (WIFSIGNALED(raw) ? WTERMSIG(raw) : 0);
}

std::vector<std::string> merged_environment(const child_process::environment& extra) {
  std::vector<std::string> all;
  for (const auto& [name, value] : extra) all.push_back(name + "=" + value);
  for (char** each = environ; *each; ++each) {
    const std::string_view line = *each;
    bool replaced = false;
    for (const auto& [name, value] : extra) {
      replaced = replaced || (line.size() > name.size() && line[name.size()] == '=' && line.starts_with(name));
    }
    if (!replaced) all.emplace_back(line);
  }
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& s : strings) result.push_back(s.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

// While alive, the forwarded signals go to the child instead of ending this process. Signals that come before there is
// a child stay pending.
class child_process::forwarding {
 public:
  forwarding() {
    sigset_t held;
    sigemptyset(&held);
    for (const int number : forwarded_signals) sigaddset(&held, number);
    ::sigprocmask(SIG_BLOCK, &held, &old_mask_);
    struct sigaction handler {};
    handler.sa_sigaction = forward_signal;
    handler.sa_flags = SA_SIGINFO;
    sigemptyset(&handler.sa_mask);
    for (std::size_t i = 0; i < forwarded_signals.size(); ++i) ::sigaction(forwarded_signals[i], &handler, &old_[i]);
  }
  ~forwarding() {
    for (std::size_t i = 0; i < forwarded_signals.size(); ++i) ::sigaction(forwarded_signals[i], &old_[i], nullptr);
    forward_target.store(0);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  forwarding(const forwarding&) = delete;
  forwarding& operator=(const forwarding&) = delete;

  void begin(pid_t target) {
    forward_target.store(target);
    ::sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  const sigset_t& old_mask() const { return old_mask_; }

 private:
  std::array<struct sigaction, forwarded_signals.size()> old_{};
  sigset_t old_mask_{};
};

child_process::child_process(std::vector<std::string> argv, const environment& extra, signals what)
    : forwarding_(what == signals::forwarded ? std::make_unique<forwarding>() : nullptr) {
  std::vector<std::string> environment_lines = merged_environment(extra);
  const std::vector<char*> argument_pointers = pointers(argv);
  const std::vector<char*> environment_pointers = pointers(environment_lines);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // This process ignores SIGPIPE because of closed pipes, and may block signals; the program must not inherit either.
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  sigset_t mask;
  ::sigprocmask(SIG_SETMASK, nullptr, &mask);
  posix_spawnattr_setsigmask(&attributes, forwarding_ ? &forwarding_->old_mask() : &mask);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const int error = ::posix_spawnp(&pid_, argument_pointers[0], nullptr, &attributes, argument_pointers.data(),
                                   environment_pointers.data());
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    pid_ = -1;
    throw std::system_error(error, std::generic_category(), argv.front() + ": cannot be run");
  }
  if (forwarding_) forwarding_->begin(pid_);
}

child_process::~child_process() {
  if (pid_ < 0 || poll()) return;
  ::kill(pid_, SIGTERM);
  if (wait_for(std::chrono::seconds(2))) return;
  ::kill(pid_, SIGKILL);
  wait();
}

std::optional<int> child_process::poll() {
  if (status_) return status_;
  int raw = 0;
  const pid_t got = ::waitpid(pid_, &raw, WNOHANG);
  if (got == pid_) status_ = shell_status(raw);
  return status_;
}

int child_process::wait() {
  if (status_) return *status_;
  int raw = 0;
  while (::waitpid(pid_, &raw, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::generic_category(), "waitpid");
  }
  status_ = shell_status(raw);
  return *status_;
}

std::optional<int> child_process::wait_for(std::chrono::milliseconds limit) {
  // There is no waitpid with a time limit. A short sleep costs less than a signal handler, which the window would
  // share.
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!poll() && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  return status_;
}

std::string own_program_path() {
#if defined(__APPLE__)
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string path(size, '\0');
  if (::_NSGetExecutablePath(path.data(), &size) == 0) return path.c_str();
#elif defined(__FreeBSD__)
  int what[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
  std::string path(4096, '\0');
  std::size_t size = path.size();
  if (::sysctl(what, 4, path.data(), &size, nullptr, 0) == 0) return path.c_str();
#else
  std::error_code error;
  const std::filesystem::path path = std::filesystem::read_symlink("/proc/self/exe", error);
  if (!error) return path.string();
#endif
  throw std::runtime_error("the path of the weft command cannot be found out");
}

}  // namespace weft::viz::cli
