/* One tracepoint with two numbers, in the form that LTTng-UST asks for. Not called tracepoint.h: LTTng's own header of
 * that name would be found in its place. */
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER bench
#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "./two_numbers.h"

#if !defined(WEFT_BENCH_LTTNG_H) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define WEFT_BENCH_LTTNG_H

#include <lttng/tracepoint.h>

LTTNG_UST_TRACEPOINT_EVENT(bench, two, LTTNG_UST_TP_ARGS(int, from, int, to),
                           LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(int, from, from)
                                                   lttng_ust_field_integer(int, to, to)))

#endif

#include <lttng/tracepoint-event.h>
