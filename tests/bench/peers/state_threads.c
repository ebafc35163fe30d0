/* State Threads. It has no yield without a system call, so two condition variables hand a turn to and fro: one switch
 * each. st_usleep(0) is what its users write instead of a yield. */
#include <st.h>

#include "measure.h"

static long n;
static st_cond_t changed[2];
static int turn;

static void* hand_over(void* argument) {
  const int me = (int)(long)argument;
  for (long i = 0; i < n / 2; ++i) {
    while (turn != me) st_cond_wait(changed[me]);
    turn = 1 - me;
    st_cond_signal(changed[1 - me]);
  }
  return NULL;
}

static void* sleep_zero(void* argument) {
  (void)argument;
  for (long i = 0; i < n / 20; ++i) st_usleep(0);
  return NULL;
}

static double both(void* (*f)(void*), double count) {
  st_thread_t a = st_thread_create(f, (void*)0, 1, 0);
  st_thread_t b = st_thread_create(f, (void*)1, 1, 0);
  const double start = cpu_ns();
  st_thread_join(a, NULL);
  st_thread_join(b, NULL);
  return (cpu_ns() - start) / count;
}

int main(int argc, char** argv) {
  n = number_argument(argc, argv, 2, 1000000);
  st_set_eventsys(ST_EVENTSYS_ALT);
  if (st_init() != 0) return 1;
  changed[0] = st_cond_new();
  changed[1] = st_cond_new();
  for (int i = 0; i < 7; ++i) {
    turn = 0;
    result("yield_2_ns", both(hand_over, (double)n));
  }
  result("usleep_0_ns", both(sleep_zero, (double)n / 10));
  return 0;
}
