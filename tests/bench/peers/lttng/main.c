/* What an event costs a program that LTTng-UST traces: a tracepoint with two numbers, over and over. In rounds with
 * pauses, so that the daemon that takes the buffers away has time to: on the one core that all of this is pinned to it
 * could not otherwise, and would lose events, which costs less than keeping them. */
#define LTTNG_UST_TRACEPOINT_CREATE_PROBES
#define LTTNG_UST_TRACEPOINT_DEFINE
#include "two_numbers.h"

#include "measure.h"

static double thread_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

int main(void) {
  enum { rounds = 50, events = 20000 };
  const struct timespec pause = {0, 20 * 1000 * 1000};
  for (int k = 0; k < rounds; ++k) {
    const double begin = thread_ns();
    for (int i = 0; i < events; ++i) lttng_ust_tracepoint(bench, two, i & 127, k);
    result("tracepoint_ns", (thread_ns() - begin) / events);
    nanosleep(&pause, NULL);
  }
  result("tracepoints", (double)rounds * events);
  return 0;
}
