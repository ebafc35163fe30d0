// One pass over the events collects names, lives and checkpoints of the state. Answers come from these tables and short
// replays.
#include "trace/state/history.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <utility>

#include "trace/file/guarded_table.hpp"
#include "trace/file/packed_checkpoint.hpp"
#include "trace/state/seek.hpp"
#include "trace/words/time_sums.hpp"

namespace weft::diary {
namespace {

constexpr std::uint64_t first_checkpoint_distance = 16384;
constexpr std::size_t checkpoint_budget_bytes = std::size_t{64} << 20;

struct checkpoint {
  std::uint64_t n = 0;  // the state before this event
  scheduler_state state;
  std::size_t bytes = 0;
};

// The time that one coroutine was in a slot.
struct slot_life {
  std::uint64_t spawn_event = 0;
  std::uint64_t end_event = UINT64_MAX;
  std::uint64_t id = 0;
};

std::string number(std::uint64_t value) { return std::to_string(value); }

}  // namespace

struct history::impl {
  reader source;
  scheduler_state state;  // after `state.applied()` events
  std::vector<checkpoint> checkpoints;
  std::uint64_t checkpoint_distance = first_checkpoint_distance;
  std::size_t checkpoint_bytes = 0;

  std::vector<coroutine_record> coroutines;
  guarded_table<std::size_t> place_by_id;       // in `coroutines`, + 1
  guarded_table<std::vector<slot_life>> lives;  // by slot
  guarded_table<std::string> strings;
  guarded_table<std::optional<site_record>> sites;
  guarded_table<std::optional<object_record>> objects;
  std::vector<violation> violations;
  std::uint64_t violation_count = 0;
  std::uint64_t finished = 0;
  totals_record totals;
  const std::string empty;

  effort how;  // everything: follow the state; else gather only names and lives
  std::uint64_t gathered = 0;
  std::vector<std::uint64_t> running;                      // for gathering, by thread: the checkpoint being read
  std::map<std::uint32_t, checkpoint_unpacker> unpacking;  // by thread, for gathering: a checkpoint of which parts come

  impl(reader r, effort e) : source(std::move(r)), state(source.info().shuffled), how(e) {
    running.resize(max_threads);
    read_on();
  }

  bool follows_state() const { return how == effort::everything; }

  void read_on() {
    if (how == effort::everything) follow_on();
    if (how == effort::on_demand) gather_on();
  }

  void follow_on() {
    event_walk walk = source.walk(state.applied());
    walk.for_each([this](const event& e) {
      if (e.n >= next_checkpoint()) add_checkpoint(e.n);
      before_event(e);
      if (std::optional<violation> broken = state.apply(e)) add_violation(std::move(*broken));
      after_event(e);
      return true;
    });
    sum_up();
  }

  // Gathers names and lives only.
  void gather_on() {
    event_walk walk = source.walk(gathered);
    walk.for_each([this](const event& e) {
      gather(e);
      return true;
    });
    gathered = walk.n();
  }

  void gather(const event& e) {
    using t = event_type;
    if (is_switch(e.type)) {
      if (e.type == t::finish) end_gathered(e);
      running[e.thread] = e.args[0];
      return;
    }
    if (is_of_newcomer(e.type)) {
      begin_gathered(e);
      return;
    }
    switch (e.type) {
      case t::checkpoint_begin:
        running[e.thread] = e.args[1];
        return;
      case t::checkpoint_part:
        gather_part(e);
        return;
      case t::rename:
        if (coroutine_record* r = living_in(e.args[0])) r->name = e.args[1];
        return;
      case t::take_over:
        if (coroutine_record* r = living_in(e.args[0])) r->thread = e.thread;
        return;
      case t::error:
        if (coroutine_record* r = living_in(running[e.thread])) r->error = sanitised(e.text);
        return;
      default:
        define(e);
        return;
    }
  }

  // Handles a packed checkpoint that can be read by itself: adds coroutines that live but are not known yet.
  struct row_gatherer {
    impl& to;
    const event& e;

    void row(const checkpoint_row& r) {
      event told = e;
      told.args = {r.slot, r.id, r.parent, r.name, r.site};
      to.begin_gathered(told);
    }
    void ready(std::uint64_t, std::uint64_t) {}
    void keep(std::uint64_t) {}
    void drop(std::uint64_t) {}
    void note(std::uint64_t, std::uint64_t, std::uint64_t, bool) {}
  };

  void gather_part(const event& e) {
    if ((e.args[0] & checkpoint_part_first) != 0) {
      unpacking.erase(e.thread);
      if (e.args[4] != 0) return;  // contains only changes
      unpacking.emplace(e.thread, checkpoint_unpacker(e.args[1]));
      running[e.thread] = e.args[2];
    }
    const auto known = unpacking.find(e.thread);
    if (known == unpacking.end()) return;
    const bool good = known->second.begin_part(e.text) && known->second.read(row_gatherer{*this, e});
    if (!good || (e.args[0] & checkpoint_part_last) != 0) unpacking.erase(known);
  }

  coroutine_record* living_in(std::uint64_t slot) {
    const std::vector<slot_life>* stays = slot != 0 ? lives.find(slot) : nullptr;
    return stays != nullptr && !stays->empty() && stays->back().end_event == UINT64_MAX ? find(stays->back().id)
                                                                                        : nullptr;
  }

  void begin_gathered(const event& e) {
    coroutine_record* before = living_in(e.args[0]);
    if (e.args[0] == 0 || e.args[1] == 0 || (before != nullptr && before->id == e.args[1])) return;
    if (before != nullptr) close_life(*before, e.n);
    coroutine_state c;
    c.slot = e.args[0];
    c.id = e.args[1];
    if (const coroutine_record* parent = living_in(e.args[2])) c.parent = parent->id;
    c.name = e.args[3];
    c.site = e.args[4];
    c.thread = e.thread;
    c.spawned_ns = e.t_ns;
    begin_life(c, e);
  }

  void end_gathered(const event& e) {
    coroutine_record* r = living_in(running[e.thread]);
    if (r == nullptr) return;
    ++finished;
    const auto status = static_cast<coroutine_status>(e.args[1]);
    r->end_status = e.args[1] <= static_cast<std::uint64_t>(coroutine_status::cancelled) && ended(status)
                        ? status
                        : coroutine_status::done;
    r->end_event = e.n;
    r->end_ns = e.t_ns;
    r->thread = e.thread;
    if (r->end_status != coroutine_status::failed) r->error.clear();
    close_life(*r, e.n);
  }

  std::uint64_t next_checkpoint() const {
    return (checkpoints.empty() ? 0 : checkpoints.back().n) + checkpoint_distance;
  }

  // Copies of the state may use checkpoint_budget_bytes; above that, every second copy is dropped.
  void add_checkpoint(std::uint64_t n) {
    checkpoints.push_back({n, state, state.memory_bytes()});
    checkpoint_bytes += checkpoints.back().bytes;
    while (checkpoint_bytes > checkpoint_budget_bytes && !checkpoints.empty()) {
      std::vector<checkpoint> kept;
      checkpoint_bytes = 0;
      for (std::size_t i = 1; i < checkpoints.size(); i += 2) {
        checkpoint_bytes += checkpoints[i].bytes;
        kept.push_back(std::move(checkpoints[i]));
      }
      checkpoints = std::move(kept);
      checkpoint_distance *= 2;
    }
  }

  void add_violation(violation v) {
    ++violation_count;
    if (violations.size() < violation_limit) violations.push_back(std::move(v));
  }

  void define(const event& e) {
    using t = event_type;
    switch (e.type) {
      case t::string:
        strings[e.args[0]] = sanitised(e.text);
        break;
      case t::site:
        sites[e.args[0]] = site_record{string(e.args[1]), string(e.args[3]), e.args[2]};
        break;
      case t::object:
        objects[e.args[0]] =
            object_record{e.args[1] < object_kind_count ? static_cast<object_kind>(e.args[1]) : object_kind::other,
                          sanitised(e.text)};
        break;
      default:
        break;
    }
  }

  // Handles definitions, and facts that only the state before the event shows.
  void before_event(const event& e) {
    using t = event_type;
    switch (e.type) {
      case t::error:
        if (e.thread < state.threads().size()) {
          if (coroutine_record* r = record_in(state.threads()[e.thread].running_slot)) r->error = sanitised(e.text);
        }
        break;
      default:
        define(e);
        break;
    }
  }

  void after_event(const event& e) {
    using t = event_type;
    for (const std::uint64_t slot : state.just_introduced()) {  // by a checkpoint
      if (const coroutine_state* c = state.by_slot(slot)) begin_life(*c, e);
    }
    if (is_spawn(e.type)) {
      const coroutine_state* c = state.by_slot(e.args[0]);
      if (c != nullptr && c->id == e.args[1]) begin_life(*c, e);
      return;
    }
    switch (e.type) {
      case t::rename:
        if (coroutine_record* r = record_in(e.args[0])) r->name = e.args[1];
        break;
      case t::finish:
        if (const coroutine_state* c = state.just_ended()) end_life(*c, e);
        break;
      default:
        break;
    }
  }

  void begin_life(const coroutine_state& c, const event& e) {
    if (coroutine_record* before = living_in(c.slot); before != nullptr && before->id != c.id) {
      close_life(*before, e.n);
    }
    if (coroutine_record* known = find(c.id)) {
      const bool is_alive = known->end_status == coroutine_status::none;
      if (family_of(e.type) == event_family::checkpoint && is_alive && known->slot == c.slot) return;
      add_violation({e.n, "coroutine " + number(c.id) + " is spawned twice"});
      if (is_alive) close_life(*known, e.n);
      known->slot = c.slot;
      known->end_status = coroutine_status::none;
      lives[c.slot].push_back({e.n, UINT64_MAX, c.id});
      return;
    }
    coroutine_record r;
    r.id = c.id;
    r.slot = c.slot;
    r.parent = c.parent;
    r.name = c.name;
    r.site = c.site;
    r.thread = c.thread;
    r.spawn_event = e.n;
    r.spawn_ns = c.spawned_ns;
    coroutines.push_back(std::move(r));
    place_by_id[c.id] = coroutines.size();
    lives[c.slot].push_back({e.n, UINT64_MAX, c.id});
  }

  void end_life(const coroutine_state& c, const event& e) {
    coroutine_record* r = find(c.id);
    if (r == nullptr) return;
    ++finished;
    r->end_status = c.status;
    r->end_event = e.n;
    r->end_ns = c.since_ns;
    copy_sums(*r, c);
    if (c.status != coroutine_status::failed) r->error.clear();
    close_life(*r, e.n);
  }

  void close_life(const coroutine_record& r, std::uint64_t n) {
    std::vector<slot_life>& stays = lives[r.slot];
    if (!stays.empty() && stays.back().id == r.id && stays.back().end_event == UINT64_MAX) stays.back().end_event = n;
  }

  static void copy_sums(coroutine_record& r, const coroutine_state& c) {
    r.thread = c.thread;
    r.runs = c.runs;
    r.spawns = c.spawns;
    r.run_ns = c.run_ns;
    r.ready_ns = c.ready_ns;
    r.blocked_ns = c.blocked_ns;
  }

  coroutine_record* record_in(std::uint64_t slot) {
    const coroutine_state* c = slot != 0 ? state.by_slot(slot) : nullptr;
    return c != nullptr ? find(c->id) : nullptr;
  }

  coroutine_record* find(std::uint64_t id) {
    const std::size_t* place = place_by_id.find(id);
    return place != nullptr && *place != 0 ? &coroutines[*place - 1] : nullptr;
  }

  const std::string& string(std::uint64_t id) const {
    const std::string* found = strings.find(id);
    return found != nullptr ? *found : empty;
  }

  // Adds the time up to the last event to the sums of live coroutines.
  void sum_up() {
    const std::int64_t now_ns = state.now_ns();
    for (const coroutine_state* c : state.coroutines()) {
      coroutine_record* r = find(c->id);
      if (r == nullptr || r->end_status != coroutine_status::none) continue;
      copy_sums(*r, *c);
      const std::int64_t open_ns = std::max<std::int64_t>(0, now_ns - c->since_ns);
      (c->status == coroutine_status::running ? r->run_ns
       : c->status == coroutine_status::ready ? r->ready_ns
                                              : r->blocked_ns) += open_ns;
    }
    totals = totals_of_threads(state);
    totals.coroutines = coroutines.size();
    totals.finished = finished;
  }
};

history::totals_record history::totals_of_threads(const scheduler_state& end) {
  totals_record sum;
  for (const thread_state& thread : end.threads()) {
    sum.switches += thread.switches;
    sum.polls += thread.polls;
    const bool goes_on = thread.has_events && !thread.stopped;
    const std::int64_t open_ns = goes_on ? std::max<std::int64_t>(0, end.now_ns() - thread.since_ns) : 0;
    sum.run_ns = sum_ns(sum.run_ns, sum_ns(thread.run_ns, thread.running_slot != 0 ? open_ns : 0));
    sum.idle_ns = sum_ns(sum.idle_ns, sum_ns(thread.idle_ns, thread.running_slot == 0 ? open_ns : 0));
  }
  return sum;
}

history::history(reader r, effort e) : impl_(std::make_unique<impl>(std::move(r), e)) {}

const history::impl& history::whole() const {
  if (!impl_->follows_state()) {
    // The answers are the same as if the pass had been made at once, so the function counts as const.
    const_cast<history*>(this)->impl_ = std::make_unique<impl>(std::move(impl_->source), effort::everything);
  }
  return *impl_;
}
history::history(history&&) noexcept = default;
history& history::operator=(history&&) noexcept = default;
history::~history() = default;

const reader& history::source() const { return impl_->source; }
history::effort history::how() const { return impl_->how; }
reader history::release() && { return std::move(impl_->source); }

void history::take(const event& e, std::uint64_t running_slot) {
  if (e.thread >= max_threads) return;
  impl_->running[e.thread] = running_slot;
  impl_->gather(e);
  impl_->gathered = e.n + 1;
}

bool history::refresh() {
  if (!impl_->source.refresh()) return false;
  impl_->read_on();
  return true;
}

scheduler_state history::state_after(std::uint64_t count) const {
  const impl& h = *impl_;
  if (!h.follows_state()) return seek_state(h.source, count);
  count = std::min(count, h.state.applied());
  if (count == h.state.applied()) return h.state;
  const auto behind = std::upper_bound(h.checkpoints.begin(), h.checkpoints.end(), count,
                                       [](std::uint64_t n, const checkpoint& c) { return n < c.n; });
  scheduler_state state =
      behind != h.checkpoints.begin() ? (behind - 1)->state : scheduler_state(h.source.info().shuffled);
  event_walk walk = h.source.walk(state.applied());
  const auto apply = [&](const event& e) {
    state.apply(e);
    return true;
  };
  walk.for_each(apply, count);
  return state;
}

const std::vector<coroutine_record>& history::coroutines() const { return whole().coroutines; }
const std::vector<coroutine_record>& history::lives() const { return impl_->coroutines; }
std::uint64_t history::finished_count() const { return impl_->finished; }

bool history::is_whole() const { return impl_->follows_state() || impl_->gathered == impl_->source.event_count(); }

const coroutine_record* history::find_coroutine(std::uint64_t id) const { return impl_->find(id); }

std::size_t history::place_of(std::uint64_t id) const {
  const std::size_t* place = impl_->place_by_id.find(id);
  return place != nullptr && *place != 0 ? *place - 1 : npos;
}

std::uint64_t history::id_of_slot(std::uint64_t slot, std::uint64_t n) const {
  const std::vector<slot_life>* stays = impl_->lives.find(slot);
  if (stays == nullptr) return 0;
  const auto behind = std::lower_bound(stays->begin(), stays->end(), n,
                                       [](const slot_life& l, std::uint64_t value) { return l.spawn_event < value; });
  if (behind == stays->begin()) return 0;
  const slot_life& life = *(behind - 1);
  return life.end_event >= n ? life.id : 0;
}

const std::string& history::string(std::uint64_t id) const { return impl_->string(id); }

const site_record* history::site(std::uint64_t id) const {
  const auto* found = impl_->sites.find(id);
  return found != nullptr && *found ? &**found : nullptr;
}

const object_record* history::object(std::uint64_t id) const {
  const auto* found = impl_->objects.find(id);
  return found != nullptr && *found ? &**found : nullptr;
}

std::string history::coroutine_label(std::uint64_t id) const {
  const coroutine_record* r = find_coroutine(id);
  const std::string& name = string(r != nullptr ? r->name : 0);
  return name.empty() ? "#" + number(id) : name;
}

std::string history::object_label(std::uint64_t id) const {
  const object_record* o = object(id);
  const std::string kind(to_text(o != nullptr && o->kind != object_kind::none ? o->kind : object_kind::other));
  if (o != nullptr && !o->name.empty()) return kind + " \u201c" + o->name + "\u201d";
  char hex[24];
  std::snprintf(hex, sizeof hex, " 0x%llx", static_cast<unsigned long long>(id));
  return kind + hex;
}

const std::vector<violation>& history::violations() const { return whole().violations; }
std::uint64_t history::violation_count() const { return whole().violation_count; }
const history::totals_record& history::totals() const { return whole().totals; }

}  // namespace weft::diary
