// Resolves names to addresses with the system's resolver, which can only block. Each look-up runs in its own thread,
// and the coroutine waits for that thread. A look-up that no coroutine waits for any more ends by itself.
#include <netdb.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "core/outside.hpp"
#include "net/socket_address.hpp"
#include "trace/words/states.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/endpoint.hpp"
#include "weft/errors.hpp"

namespace weft {
namespace {

class resolver_errors final : public std::error_category {
 public:
  const char* name() const noexcept override { return "resolver"; }
  std::string message(int code) const override { return ::gai_strerror(code); }
};
const std::error_category& resolver_category() {
  static const resolver_errors category;
  return category;
}

struct answer {
  std::vector<endpoint> endpoints;
  int resolver_error = 0;  // EAI_...
  int system_error = 0;    // errno, with EAI_SYSTEM
};

answer ask_resolver(const std::string& host, const std::string& service) {
  ::addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;  // else every address appears once for each type
  ::addrinfo* list = nullptr;
  answer result;
  result.resolver_error =
      ::getaddrinfo(host.empty() ? nullptr : host.c_str(),
                    service.empty() ? (host.empty() ? "0" : nullptr) : service.c_str(), &hints, &list);
  result.system_error = errno;
  if (result.resolver_error != 0) return result;
  for (const ::addrinfo* one = list; one != nullptr; one = one->ai_next) {
    net::socket_address address;
    if (one->ai_addrlen > sizeof address.storage) continue;
    std::copy_n(reinterpret_cast<const char*>(one->ai_addr), one->ai_addrlen,
                reinterpret_cast<char*>(&address.storage));
    address.size = one->ai_addrlen;
    endpoint found = address.to_endpoint();
    const auto& all = result.endpoints;
    const bool known = std::find(all.begin(), all.end(), found) != all.end();
    if (!found.host.empty() && !known) result.endpoints.push_back(std::move(found));
  }
  ::freeaddrinfo(list);
  return result;
}

// Shared by the asking coroutine and the look-up thread; the last of them frees it.
struct look_up {
  look_up(std::string_view h, std::string_view s)
      : host(h), service(s), done(diary::object_kind::other, "resolve " + host) {}
  const std::string host;
  const std::string service;
  detail::object done;  // its lock guards all below
  detail::wait_list waiting;
  std::optional<answer> result;
};

void finish(look_up& l, answer result) {
  const std::lock_guard guard(l.done.lock);
  l.result = std::move(result);
  if (detail::waiter* w = l.waiting.pop_front()) detail::wake(l.done, *w);
}

// Signals are for the program's threads: this thread starts with all signals blocked.
void start_thread(const std::shared_ptr<look_up>& l) {
  ::sigset_t all;
  ::sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread([l] {
      const core::own_thread_mark mark;
      finish(*l, ask_resolver(l->host, l->service));
    }).detach();
  } catch (...) {
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

answer ask_on_a_thread(std::string_view host, std::string_view service, const detail::deadline& end) {
  const auto l = std::make_shared<look_up>(host, service);
  const core::outside_work under_way;  // during a look-up a wait is no deadlock
  // wait_in_line() releases the lock, so the answer cannot arrive before the coroutine waits for it.
  std::unique_lock guard(l->done.lock);
  start_thread(l);
  detail::waiter me;
  l->waiting.push_back(me);
  guard.release();
  if (!detail::wait_in_line(l->done, me, diary::wait_reason::resolve, end.left()))
    throw timeout_error(std::string(l->done.name()) + ": timed out");
  return std::move(*l->result);
}

// The port number; nothing if `service` is a name.
std::optional<std::uint16_t> parse_port(std::string_view service) {
  std::uint16_t port = 0;
  const auto [last, error] = std::from_chars(service.data(), service.data() + service.size(), port);
  if (error == std::errc{} && last == service.data() + service.size()) return port;
  return service.empty() ? std::optional<std::uint16_t>(0) : std::nullopt;
}

}  // namespace

std::vector<endpoint> net::resolve_within(std::string_view host, std::string_view service,
                                          const detail::deadline& end) {
  if (const auto port = parse_port(service)) {
    if (const auto numeric = parse_numeric(host, *port)) return {numeric->to_endpoint()};
  }
  answer found = detail::in_coroutine() ? ask_on_a_thread(host, service, end)
                                        : ask_resolver(std::string(host), std::string(service));
  if (found.resolver_error == 0) return std::move(found.endpoints);
  const std::string what = "resolve " + std::string(host) + (service.empty() ? "" : " (" + std::string(service) + ')');
  if (found.resolver_error == EAI_SYSTEM) throw std::system_error(found.system_error, std::generic_category(), what);
  throw std::system_error(found.resolver_error, resolver_category(), what);
}

std::vector<endpoint> resolve(std::string_view host, std::string_view service) {
  return net::resolve_within(host, service, detail::deadline(detail::forever));
}

}  // namespace weft
