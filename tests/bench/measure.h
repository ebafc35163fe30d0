/* What every benchmark program here shares: clocks, resident memory, and the one line a result is printed as. C,
 * because one of the peers is. The runner (run.py) reads "METRIC VALUE" lines and takes the least of equal metrics of
 * one process: interference only ever adds time. */
#ifndef WEFT_BENCH_MEASURE_H
#define WEFT_BENCH_MEASURE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* For lateness only: everything else is measured in processor time, which other programs on the machine do not spend.
 */
static inline double wall_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static inline double thread_cpu_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Bytes of this process in memory now, as the kernel counts pages. 0 where there is no /proc. */
static inline double resident_bytes(void) {
  long size = 0;
  long resident = 0;
  FILE* f = fopen("/proc/self/statm", "r");
  if (f == NULL) return 0;
  if (fscanf(f, "%ld %ld", &size, &resident) != 2) resident = 0;
  fclose(f);
  return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static inline void result(const char* metric, double value) {
  printf("%s %.4f\n", metric, value);
  fflush(stdout);
}

/* argv[i] as a number, or what to take if it is not there. */
static inline long number_argument(int argc, char** argv, int i, long otherwise) {
  return argc > i ? atol(argv[i]) : otherwise;
}

/* The same sequence of sleeps for everybody: 1 to 100 ms, in microseconds. */
static inline long random_sleep_us(uint64_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return (long)(1000 + *state % 99000);
}

#endif
