// A place for a handle (stream, listener, socket). Other coroutines close, destroy, move and assign to the handle while
// a coroutine waits for it. The judge checks the result of the wait: ECANCELED, never success.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <system_error>
#include <utility>
#include <vector>

#include "core/sanitizer.hpp"
#include "property/random_context.hpp"
#include "weft/io.hpp"
#include "weft/timeout.hpp"

namespace weft::tests {

// Overwrites the memory of a destroyed object, as its next owner in the heap would.
template <class T>
class breakable {
 public:
  breakable() = default;
  breakable(const breakable&) = delete;
  breakable& operator=(const breakable&) = delete;
  ~breakable() { destroy(); }

  T& operator*() const { return *object_; }
  T* operator->() const { return object_; }

  // Makes a new object from the result of `make`, at another address than the last one.
  template <class F>
  void renew(F&& make) {
    destroy();
    memory_.reset(static_cast<bytes*>(::operator new(sizeof(T), std::align_val_t(alignof(T)))));
    object_ = new (memory_.get()) T(make());
  }
  void destroy() noexcept {
    if (object_ == nullptr) return;
    std::exchange(object_, nullptr)->~T();
    std::memset(static_cast<void*>(memory_.get()), 0x5a, sizeof(T));
#if defined(WEFT_ASAN)
    memory_.reset();  // a use after this is reported
#else
    broken_.push_back(std::move(memory_));
#endif
  }

 private:
  struct bytes {
    static void operator delete(void* p) { ::operator delete(p, std::align_val_t(alignof(T))); }
    unsigned char first;
  };
  std::unique_ptr<bytes> memory_;
  std::vector<std::unique_ptr<bytes>> broken_;
  T* object_ = nullptr;
};

struct closable {
  std::uint64_t epoch = 0;  // grows with every close, move and destruction
  unsigned number = 0;      // of the connection: every byte sent on it has this value
  unsigned waiters = 0;

  // True if the handle may be closed now.
  bool closable_now(const random_context& c) const { return c.ingredients.closing || waiters == 0; }
};

template <class Handle>
struct closable_slot : closable {
  breakable<Handle> handle;

  closable_slot() {
    handle.renew([] { return Handle(); });
  }
  void become(Handle&& other, unsigned connection) {
    ++epoch;
    number = connection;
    *handle = std::move(other);
  }
  void close() {
    ++epoch;
    handle->close();
  }
  void destroy() {
    ++epoch;
    handle.renew([] { return Handle(); });
  }
};

// A wait for the outside world without its own time limit. If all coroutines wait like this, the program is not
// hopeless, but it never ends: so a scope around the wait ends it.
template <class Wait>
bool without_limit(random_context& c, Wait&& wait) {
  timeout_scope limit(std::chrono::microseconds(50 + 50 * c.d.below(8)));
  wait();
  return true;
}

// Calls `wait`, which returns true on success and false if the time ran out, and judges the outcome: the handle was not
// closed meanwhile, or the wait threw ECANCELED. Errors of the other side are normal.
template <class Wait>
void judged(random_context& c, closable& s, bool open, Wait&& wait) {
  const std::uint64_t& epoch = s.epoch;
  const std::uint64_t before = epoch;
  struct waiter {
    unsigned& count;
    ~waiter() { --count; }
  } const guard{++s.waiters};
  try {
    const bool got = wait();
    c.expect(!got || epoch == before, "a wait went on although its handle was closed meanwhile");
    c.expect(!got || open, "a closed handle gave something");
  } catch (const end_of_stream&) {
    c.expect(epoch == before, "a wait saw the end of a stream that was closed meanwhile");
  } catch (const std::system_error& e) {
    const int error = e.code().value();
    if (!open) {
      c.expect(error == EBADF, "waiting with a closed handle is not EBADF");
    } else if (epoch != before) {
      c.expect(error == ECANCELED, "the handle was closed under its waiter, and the error is not ECANCELED");
    } else {
      c.expect(error != ECANCELED, "ECANCELED although nobody closed the handle");
      c.expect(error != EBADF, "EBADF although nobody closed the handle");
    }
  }
}

}  // namespace weft::tests
