// The machine's own poller on the virtual clock: file descriptors are real, but where the poller would sleep, virtual
// time advances. It sees what the kernel makes ready by itself (the end of a pipe, a datagram of this machine). It does
// not wait for what takes real time (a name look-up, another process). Numbers from `first_number` on belong to the
// fake poller.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "poller/make_poller.hpp"
#include "support/fake_poller.hpp"

namespace weft::support {

class virtual_time_poller final : public core::poller {
 public:
  static constexpr int first_number = 500;

  explicit virtual_time_poller(fake_poller& numbers) : numbers_(numbers), real_(core::make_poller()) {}

  int watch(int fd, std::uint32_t generation) noexcept override { return of(fd).watch(fd, generation); }
  int rearm(int fd, std::uint32_t generation) noexcept override { return of(fd).rearm(fd, generation); }
  void forget(int fd) noexcept override { of(fd).forget(fd); }
  std::size_t wait(std::span<core::io_event> out, std::int64_t timeout_ns) noexcept override {
    std::size_t count = real_->wait(out, 0);
    if (count < out.size()) count += numbers_.wait(out.subspan(count), count > 0 ? 0 : timeout_ns);
    return count;
  }
  void notify() noexcept override { numbers_.notify(); }
  void abandon_in_child() noexcept override { real_->abandon_in_child(); }

 private:
  core::poller& of(int fd) noexcept { return fd >= first_number ? static_cast<core::poller&>(numbers_) : *real_; }

  fake_poller& numbers_;
  std::unique_ptr<core::poller> real_;
};

}  // namespace weft::support
