#include "analysis/explanation.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "model/time_scale.hpp"
#include "model/track.hpp"

namespace weft::viz {
namespace {

using diary::coroutine_state;
using diary::coroutine_status;
using diary::event_type;
using diary::wait_reason;

std::string spoken(std::string_view word) {
  std::string text(word);
  std::replace(text.begin(), text.end(), '_', ' ');
  return text;
}

std::string ordinal_event(std::uint64_t n) { return "event #" + std::to_string(n); }

class explainer {
 public:
  explainer(const diary::history& trace, std::uint64_t count, std::int64_t t_ns)
      : trace_(trace), count_(count), t_ns_(t_ns), state_(trace.state_after(count)) {}

  explanation from(std::uint64_t id) {
    next_ = id;
    because how = because::asked;
    do {  // at least once, also for id 0, which a broken file may contain
      if (!seen_.insert(next_).second) {
        end_where_it_comes_back_to(next_);
        break;
      }
      const std::uint64_t current = next_;
      next_ = 0;
      add(current, how);
      how = next_how_;
    } while (next_ != 0);
    return std::move(result_);
  }

 private:
  std::string name(std::uint64_t id) const {
    const std::string label = trace_.coroutine_label(id);
    const std::string number = "#" + std::to_string(id);
    return label == number ? label : label + " (" + number + ")";
  }
  std::string for_how_long(std::int64_t since_ns) const {
    return duration_text(std::max<std::int64_t>(0, t_ns_ - since_ns));
  }

  void end(chain_end how, std::string text) {
    result_.end = how;
    result_.end_text = std::move(text);
  }
  void go_on(std::uint64_t id, because how) {
    next_ = id;
    next_how_ = how;
  }

  const coroutine_state* alive(std::uint64_t id) const {
    const diary::coroutine_record* const record = trace_.find_coroutine(id);
    const coroutine_state* const c = record ? state_.by_slot(record->slot) : nullptr;
    return c && c->id == id ? c : state_.by_id(id);
  }

  void add(std::uint64_t id, because how) {
    why_link link;
    link.coroutine = id;
    link.how = how;
    const coroutine_state* const c = alive(id);
    if (!c) {
      add_absent(link);
    } else {
      link.status = c->status;
      link.since_ns = c->since_ns;
      link.since_event = c->since_event;
      link.woken_by = c->woken_by;
      link.woken_event = c->woken_event;
      link.woken_cause = c->woken_cause;
      if (c->status == coroutine_status::running) add_running(*c, link);
      if (c->status == coroutine_status::ready) add_ready(*c, link);
      if (c->status == coroutine_status::blocked) add_blocked(*c, link);
    }
    result_.links.push_back(std::move(link));
  }

  void add_absent(why_link& link) {
    const diary::coroutine_record* const record = trace_.find_coroutine(link.coroutine);
    if (record && record->spawn_event >= count_) {
      link.text = name(link.coroutine) + " is not there yet: it is spawned by " + ordinal_event(record->spawn_event) +
                  ", in " + duration_text(std::max<std::int64_t>(0, record->spawn_ns - t_ns_)) + ".";
      end(chain_end::unborn, "");
      return;
    }
    if (record) {
      link.status = record->end_status;
      link.since_ns = record->end_ns;
      link.since_event = record->end_event;
    }
    link.text = name(link.coroutine) + " has ended";
    if (record && diary::ended(record->end_status)) {
      link.text += " (" + std::string(diary::to_text(record->end_status)) + ") " + for_how_long(record->end_ns) +
                   " ago, with " + ordinal_event(record->end_event);
      if (!record->error.empty()) link.text += ": " + record->error;
    }
    link.text += ".";
    end(chain_end::ended, "");
  }

  // For example "B woke it with event #7 from mutex." If the waker cancelled the wait or closed the object, the text
  // says that.
  std::string wake_text(const coroutine_state& c) const {
    if (c.woken_event == 0) return "";
    const std::string who = c.woken_by != 0 ? name(c.woken_by) : "";
    const std::string with = " with " + ordinal_event(c.woken_event);
    const std::string wait =
        c.reason != wait_reason::none ? "its wait (" + spoken(diary::to_text(c.reason)) + ")" : "its wait";
    const std::string by = who.empty() ? "" : " by " + who;
    switch (c.woken_cause) {
      case diary::wake_cause::cancelled:
        return " I" + wait.substr(1) + " was cancelled" + by + with + ".";
      case diary::wake_cause::closed:
        return " What it waited for was closed" + by + with + ": " + wait + " ended.";
      case diary::wake_cause::timed_out:
        return " The time limit of " + wait + " ran out" + with + ".";
      case diary::wake_cause::expired:
        return " The timeout_scope around " + wait + " ran out" + with + ".";
      case diary::wake_cause::deadlock:
        return " Nothing could ever end " + wait + ": deadlock_error" + with + ".";
      case diary::wake_cause::started:
        return " Its time to start had come" + with + ".";
      default:
        break;
    }
    return (who.empty() ? " It was woken" : " " + who + " woke it") + with + " from " + wait + ".";
  }

  void add_running(const coroutine_state& c, why_link& link) {
    link.text = name(c.id) + " runs on thread " + std::to_string(c.thread) + ", for " + for_how_long(c.since_ns) +
                " (" + ordinal_event(c.since_event) + ").";
    if (link.how == because::asked) link.text += wake_text(c);
    end(chain_end::runs, link.how == because::asked ? "" : "It goes on when " + name(c.id) + " gives up the thread.");
    if (link.how == because::owner) result_.end_text = "It goes on when " + name(c.id) + " is done with it.";
  }

  void add_ready(const coroutine_state& c, why_link& link) {
    const diary::thread_state& thread = state_.threads()[c.thread];
    link.queue_length = thread.ready.size();
    for (const std::uint64_t slot : thread.ready) {
      ++link.place;
      if (slot == c.slot) break;
      if (const coroutine_state* const other = state_.by_slot(slot)) link.before.push_back(other->id);
    }
    link.text = name(c.id) + " is ready, for " + for_how_long(c.since_ns) + " (" + ordinal_event(c.since_event) +
                "): " + "place " + std::to_string(link.place) + " of " + std::to_string(link.queue_length) +
                " in the ready queue of thread " + std::to_string(c.thread);
    constexpr std::size_t named = 5;
    for (std::size_t i = 0; i < std::min(named, link.before.size()); ++i) {
      link.text += (i == 0 ? ", behind " : ", ") + name(link.before[i]);
    }
    if (link.before.size() > named) link.text += " and " + std::to_string(link.before.size() - named) + " more";
    link.text += ".";
    if (c.woken_event != 0 && c.woken_event == c.since_event) link.text += wake_text(c);
    if (const coroutine_state* const runs = state_.by_slot(thread.running_slot)) {
      go_on(runs->id, because::runs);
    } else {
      end(chain_end::next,
          link.place == 1 ? "Nobody runs: it is next." : "Nobody runs: those in front of it are next.");
    }
  }

  void add_blocked(const coroutine_state& c, why_link& link) {
    link.reason = c.reason;
    link.object = c.object;
    link.fd = c.fd;
    link.deadline_ns = c.deadline_ns;
    link.text =
        name(c.id) + " is blocked, for " + for_how_long(c.since_ns) + " (" + ordinal_event(c.since_event) + "): ";
    if (c.fd >= 0) {
      link.text += "until fd " + std::to_string(c.fd) + endpoint_of(c.fd, c.thread) +
                   (c.reason == wait_reason::fd_writable ? " is writable" : " is readable");
    } else {
      link.text += spoken(diary::to_text(c.reason));
      if (c.object != 0) link.text += ", " + trace_.object_label(c.object);
    }
    const bool is_late = c.deadline_ns && *c.deadline_ns <= t_ns_;
    if (c.deadline_ns) {
      link.text += is_late ? ", due " + duration_text(t_ns_ - *c.deadline_ns) + " ago"
                           : ", for " + duration_text(*c.deadline_ns - t_ns_) + " more at most";
    }
    const coroutine_state* const owner = state_.owner_of_wait(c);
    if (owner) {
      link.owner = owner->id;
      const diary::object_record* const what = trace_.object(c.object);
      const bool is_task = what && what->kind == diary::object_kind::task;
      link.text += (is_task || c.reason == wait_reason::join ? "; it waits for the end of " : "; it is held by ") +
                   name(owner->id);
    }
    link.text += ".";
    follow(c, owner, is_late, link);
  }

  void follow(const coroutine_state& c, const coroutine_state* owner, bool is_late, why_link& link) {
    const diary::thread_state& thread = state_.threads()[c.thread];
    const coroutine_state* const runs = state_.by_slot(thread.running_slot);
    if (is_late) {
      // The timer fires when the scheduler gets to it.
      if (runs) {
        go_on(runs->id, because::runs);
      } else {
        end(chain_end::next, "Nobody runs: its timer fires when the scheduler looks at the timers.");
      }
      return;
    }
    if (owner) {
      go_on(owner->id, because::owner);
      return;
    }
    switch (kind_of(c.status, c.reason)) {
      case span_kind::sleeping:
        end(chain_end::timer, "It goes on when that time has come.");
        return;
      case span_kind::io:
        end(chain_end::outside, "It goes on when the world outside does something.");
        return;
      default:
        break;
    }
    if (c.reason == wait_reason::main_end) {
      end(chain_end::unknown, "It goes on when the " + std::to_string(state_.live_count() - 1) +
                                  " other coroutines that main left over have ended.");
      return;
    }
    follow_givers(c, link);
  }

  // Nobody owns the object. A coroutine that ended such a wait before may do so again, but that is a guess.
  void follow_givers(const coroutine_state& c, why_link& link) {
    link.givers = givers_of(trace_, count_, c);
    if (link.how == because::asked && link.givers.has_ended) link.text += " " + ending_text(link.givers.end);
    std::vector<const giver*> others;
    bool gave_to_itself = false;
    for (const giver& g : link.givers.all) {
      gave_to_itself = gave_to_itself || g.coroutine == c.id;
      if (g.coroutine != c.id) others.push_back(&g);
    }
    if (others.empty()) {
      end(chain_end::unknown, gave_to_itself ? "Only it itself ever gave something to what it waits for."
                                             : "The diary names nobody who could end this wait: nobody ever ended "
                                               "one for the same thing.");
      return;
    }
    constexpr std::size_t named = 8, guesses_in_a_row = 8;
    std::string names;
    for (std::size_t i = 0; i < std::min(named, others.size()); ++i) {
      names += (i == 0 ? "" : "; ") + giver_text(*others[i]);
    }
    if (others.size() > named) names += "; and " + std::to_string(others.size() - named) + " more";
    const giver& first = *others.front();
    const bool goes_on = others.size() == 1 && first.coroutine != 0 && alive(first.coroutine) != nullptr;
    if (goes_on && ++guesses_ <= guesses_in_a_row) {
      link.text += " Nobody owns that. A guess: it is up to " + names + ", as before.";
      go_on(first.coroutine, because::last_waker);
      return;
    }
    end(chain_end::unknown, others.size() == 1 ? "Nobody owns that. Who ever ended such a wait: " + names + "."
                                               : "Nobody owns that. It may be up to any of those who ever ended such "
                                                 "a wait: " +
                                                     names + ".");
  }

  std::string giver_text(const giver& g) const {
    std::string text = g.coroutine != 0 ? name(g.coroutine) : "no coroutine (a plain thread, or the scheduler)";
    text += g.first_event >= count_  ? ", first with " + ordinal_event(g.first_event)
            : g.last_event >= count_ ? ", first with " + ordinal_event(g.first_event) + " and again later"
                                     : ", last with " + ordinal_event(g.last_event);
    const diary::coroutine_record* const record = trace_.find_coroutine(g.coroutine);
    if (record == nullptr) return text;
    const coroutine_state* const now = alive(g.coroutine);
    if (now == nullptr) return text + (record->spawn_event >= count_ ? ", not spawned yet" : ", ended since");
    text += ", now " + std::string(diary::to_text(now->status));
    if (now->status == coroutine_status::blocked) text += " (" + spoken(diary::to_text(now->reason)) + ")";
    return text;
  }

  std::string ending_text(const wait_givers::ending& e) const {
    const std::string who = e.by != 0 ? name(e.by) : "no coroutine (a plain thread, a timer or the scheduler)";
    const std::string with = ", with " + ordinal_event(e.event) + ".";
    const std::string when = "It ends in " + duration_text(std::max<std::int64_t>(0, e.t_ns - t_ns_)) + ": ";
    switch (e.cause) {
      case diary::wake_cause::granted:
        return when + who + " gives it what it waits for" + with;
      case diary::wake_cause::cancelled:
        return when + who + " cancels it" + with;
      default:
        return when + spoken(diary::to_text(e.cause)) + with;
    }
  }

  // A cycle is reported only if no link in it is a guess.
  void end_where_it_comes_back_to(std::uint64_t id) {
    const auto first =
        std::find_if(result_.links.begin(), result_.links.end(), [id](const why_link& l) { return l.coroutine == id; });
    const bool is_guessed =
        next_how_ == because::last_waker ||
        (first != result_.links.end() &&
         std::any_of(first + 1, result_.links.end(), [](const why_link& l) { return l.how == because::last_waker; }));
    if (is_guessed) {
      end(chain_end::unknown, name(id) +
                                  " is in this chain already. That is no deadlock that the diary shows: one "
                                  "link is a guess, and anybody could do what " +
                                  name(id) + " waits for.");
      return;
    }
    std::string text = name(id) + " is in this chain already: they wait for each other";
    for (auto link = first; link != result_.links.end(); ++link) {
      if (link->deadline_ns) {
        text += ", until the time limit of " + name(link->coroutine) + " ends it";
        break;
      }
    }
    end(chain_end::cycle, text + ".");
  }

  // The other end of a socket, if the diary names it.
  std::string endpoint_of(int fd, std::uint32_t thread) const {
    std::string text;
    const std::vector<diary::thread_state>& threads = state_.threads();
    trace_.source().for_each(0, count_, [&](const diary::event& e) {
      const bool is_of_process = e.thread < threads.size() && threads[e.thread].pid == threads[thread].pid;
      if (e.args[0] != static_cast<std::uint64_t>(fd) || !is_of_process) return true;
      if (e.type == event_type::socket_closed) text.clear();
      if (e.type == event_type::socket_listening) text = " (listening at " + diary::sanitised(e.text) + ")";
      if (e.type == event_type::socket_accepted) text = " (accepted from " + diary::sanitised(e.text) + ")";
      if (e.type == event_type::socket_connected) text = " (connected to " + diary::sanitised(e.text) + ")";
      return true;
    });
    return text;
  }

  const diary::history& trace_;
  const std::uint64_t count_;
  const std::int64_t t_ns_;
  const diary::scheduler_state state_;
  std::size_t guesses_ = 0;
  std::set<std::uint64_t> seen_;
  std::uint64_t next_ = 0;  // id; 0: the chain ends
  because next_how_ = because::asked;
  explanation result_;
};

}  // namespace

const char* to_text(because how) {
  switch (how) {
    case because::asked:
      return "asked";
    case because::owner:
      return "owner";
    case because::runs:
      return "runs";
    case because::last_waker:
      return "last_waker";
  }
  return "?";
}

const char* to_text(chain_end end) {
  switch (end) {
    case chain_end::runs:
      return "runs";
    case chain_end::next:
      return "next";
    case chain_end::timer:
      return "timer";
    case chain_end::outside:
      return "outside";
    case chain_end::cycle:
      return "cycle";
    case chain_end::unknown:
      return "unknown";
    case chain_end::ended:
      return "ended";
    case chain_end::unborn:
      return "unborn";
  }
  return "?";
}

std::string text_of(const explanation& why) {
  std::string text;
  for (std::size_t depth = 0; depth < why.links.size(); ++depth) {
    if (depth > 0) text += "\n" + std::string(std::min<std::size_t>(depth, 20) * 2, ' ') + "└─ ";
    text += why.links[depth].text;
  }
  if (!why.end_text.empty()) text += "\n" + why.end_text;
  return text;
}

explanation explain(const diary::history& trace, std::uint64_t count, std::int64_t t_ns, std::uint64_t id) {
  return explainer(trace, count, t_ns).from(id);
}

}  // namespace weft::viz
