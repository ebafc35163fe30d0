// One small trace that most tests of the viewer look at. Times in milliseconds:
//
//             0   1   2   3   4   5   6        27  28  30
//   main      runs....|joins all, to the end
//   producer      |ready|runs|sleeps|R|runs....|done
//   consumer      |ready.....|runs|queue get |R|runs|done     (woken at 7 by the producer)
//   thread    |main   |prod|cons|nobody |producer |cons|nobody
#pragma once

#include <memory>

#include "model/viewer_model.hpp"
#include "support/text_traces.hpp"

namespace weft::viz::tests {

inline constexpr const char* small_trace_text =
    "program \"shop\"\npid 7\narch \"x86_64\"\nclock \"virtual\"\n"
    "0.000 T0 thread_start tid=7 text=\"main\"\n"                  // 0
    "0.000 T0 string id=1 text=\"main\"\n"                         // 1
    "0.000 T0 string id=2 text=\"producer\"\n"                     // 2
    "0.000 T0 string id=3 text=\"consumer\"\n"                     // 3
    "0.000 T0 object id=5 kind=queue text=\"orders\"\n"            // 4
    "0.000 T0 spawn slot=1 id=1 called=1\n"                        // 5
    "0.000 T0 enter to=1\n"                                        // 6
    "0.001 T0 spawn slot=2 id=2 parent=1 called=2\n"               // 7
    "0.001 T0 spawn slot=3 id=3 parent=1 called=3\n"               // 8
    "0.002 T0 block to=2 reason=join_all\n"                        // 9
    "0.003 T0 sleep to=3 delay_ns=2000000\n"                       // 10
    "0.004 T0 block to=0 reason=queue_get object=5\n"              // 11
    "0.004 T0 poll_begin timeout_ns_plus_1=1000001\n"              // 12
    "0.005 T0 poll_end ready_fds=0\n"                              // 13
    "0.005 T0 wake_timer slot=2 cause=granted lateness_ns=1000\n"  // 14
    "0.006 T0 enter to=2\n"                                        // 15
    "0.007 T0 queue_put object=5 depth=0\n"                        // 16
    "0.007 T0 wake slot=3 cause=granted object=5\n"                // 17
    "0.027 T0 finish to=3 status=done\n"                           // 18
    "0.028 T0 finish to=0 status=done\n"                           // 19
    "0.028 T0 poll_begin timeout_ns_plus_1=0\n"                    // 20
    "0.030 T0 mark text=\"the end\"\n";                            // 21

inline constexpr std::int64_t ms = 1'000'000;
inline constexpr coroutine_index main_index = 0, producer_index = 1, consumer_index = 2;

inline std::unique_ptr<trace_model> model_of(const std::string& lines) {
  return std::make_unique<trace_model>(weft::tests::trace_history(lines));
}

inline std::unique_ptr<trace_model> small_trace() { return model_of(small_trace_text); }

}  // namespace weft::viz::tests
