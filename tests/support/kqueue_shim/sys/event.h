// The subset of kqueue's interface that weft's poller uses, to run that poller's own logic on Linux. Values as on
// FreeBSD. Whether a real kernel behaves like this is only as certain as kqueue_shim.cpp says.
#pragma once
#pragma GCC system_header  // as the real one: no warning about a struct and a function of one name

#include <cstddef>
#include <cstdint>
#include <ctime>

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_USER (-11)

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_CLEAR 0x0020
#define EV_ERROR 0x4000
#define EV_EOF 0x8000

#define NOTE_TRIGGER 0x01000000

struct kevent {
  std::uintptr_t ident;
  short filter;
  unsigned short flags;
  unsigned int fflags;
  std::int64_t data;
  void* udata;
};

int kqueue();
int kevent(int queue, const struct kevent* changes, int change_count, struct kevent* events, int event_count,
           const struct timespec* timeout);
