// Attaching to running programs that never asked for a trace: real processes, real sockets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <thread>

#include "attach/control_client.hpp"
#include "attach_fixture.hpp"
#include "cli/programs/child_process.hpp"
#include "cli/programs/ring_copy.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/programs/trace_glance.hpp"
#include "run_weft.hpp"
#include "trace/state/history.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;
using diary::control_command;
using diary::control_mode;
using diary::control_reply;
using testing::HasSubstr;
using testing::StartsWith;
using viz::control_client;
using viz::control_error;
using viz::cli::child_process;
using viz::cli::find_running_programs;
using Attach = attach_fixture;

TEST_F(Attach, ProgramsThatDoNotRecordAreListed) {
  const auto child = start("sleep-long");

  const auto found = find_running_programs(place());

  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].pid, child->pid());
  EXPECT_EQ(found[0].program, std::filesystem::path(WEFT_ATTACH_TARGET).filename().string());
  EXPECT_FALSE(found[0].recording);
  EXPECT_TRUE(found[0].attachable);
  EXPECT_EQ(found[0].trace, "");
}

TEST_F(Attach, ATraceThatSomebodyDeletedIsSaidToBeDeleted) {
  const std::string trace = folder_.path("gone.weft");
  const auto child = start("sleep-long", {{"WEFT_TRACE", trace}});
  ASSERT_TRUE(becomes_true([&] { return find_running_programs(place()).at(0).recording; }));
  std::filesystem::remove(trace);

  const outcome shown = run_weft({"ps"}), told = run_weft({"ps", "--json"});

  EXPECT_THAT(shown.out, HasSubstr(trace + " (deleted"));
  EXPECT_EQ(shown.out.find("not recorded"), std::string::npos);
  const nlohmann::json program = told.json().at("programs").at(0);
  EXPECT_EQ(program.at("deleted"), true);
  EXPECT_EQ(program.at("recording"), true);
  EXPECT_EQ(program.at("trace"), trace);
  EXPECT_EQ(shown.err + told.err, "");
}

TEST_F(Attach, OnlyTheUserCanComeNear) {
  const auto child = start("sleep-long");

  struct stat folder {
  }, socket{};
  ASSERT_EQ(::lstat(place().c_str(), &folder), 0);
  ASSERT_EQ(::lstat(viz::control_path(place(), child->pid()).c_str(), &socket), 0);

  EXPECT_EQ(folder.st_mode & 07777, 0700U);
  EXPECT_EQ(socket.st_mode & 07777, 0600U);
}

TEST_F(Attach, RecordingBeginsInTheMiddleAndTellsTheWholeState) {
  const auto child = start("sleep");
  control_client client = connect(*child);

  const control_reply reply = client.ask(request(control_command::start, 0, folder_.path("t.weft")));

  EXPECT_TRUE(reply.recording());
  ASSERT_TRUE(goes_on(reply.text));
  const diary::history h(diary::reader::open(reply.text));
  EXPECT_EQ(h.violation_count(), 0U);
  std::vector<std::string> names;
  for (const auto& c : h.coroutines()) names.push_back(h.string(c.name));
  EXPECT_THAT(names, testing::UnorderedElementsAre("main", "sleeper", "waiter"));
}

TEST_F(Attach, AProgramThatNeverAsksThePollerIsReached) {
  const auto child = start("yield");
  control_client client = connect(*child);

  EXPECT_TRUE(goes_on(client.ask(request(control_command::start)).text));
}

TEST_F(Attach, AProgramThatRunsSlowlyIsReached) {
  const auto child = start("yield-slowly");
  control_client client = connect(*child);

  // The program checks for requests once in 64 switches of two milliseconds, on a busy machine more.
  EXPECT_TRUE(goes_on(client.ask(request(control_command::start), 20s).text));
}

TEST_F(Attach, AProgramThatHoldsItsThreadIsWaitedFor) {
  const auto child = start("hold");
  control_client client = connect(*child);

  // It may answer once before it begins to compute.
  EXPECT_TRUE(becomes_true([&] {
    try {
      client.ask(request(control_command::status), 100ms);
      return false;
    } catch (const control_error&) {
      return true;
    }
  }));
  EXPECT_EQ(client.ask(request(control_command::status)).mode, control_mode::running);
}

// Pauses the program and waits until it is paused.
bool pauses(control_client& client, control_reply& reply) {
  client.ask(request(control_command::pause));
  return client.wait_until_it_stands(10s, reply);
}

TEST_F(Attach, APausedProgramStands) {
  for (const char* what : {"yield", "sleep"}) {
    const auto child = start(what);
    control_client client = connect(*child);
    const std::string trace = client.ask(request(control_command::start)).text;
    ASSERT_TRUE(goes_on(trace));

    control_reply reply;
    ASSERT_TRUE(pauses(client, reply));

    const std::uint64_t events = events_in(trace);
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(events_in(trace), events) << what;
    client.ask(request(control_command::resume));
    EXPECT_TRUE(goes_on(trace)) << what;
  }
}

TEST_F(Attach, AStepIsOneSwitch) {
  const auto child = start("yield");
  control_client client = connect(*child);
  const std::string trace = client.ask(request(control_command::start)).text;
  ASSERT_TRUE(goes_on(trace));
  control_reply reply;
  ASSERT_TRUE(pauses(client, reply));

  const std::uint64_t before = diary::reader::open(trace).event_count();
  client.ask(request(control_command::step));
  ASSERT_TRUE(client.wait_until_it_stands(10s, reply));

  const diary::reader after = diary::reader::open(trace);
  ASSERT_EQ(after.event_count(), before + 2);
  EXPECT_EQ(after.at(before).type, diary::event_type::enter);
  EXPECT_EQ(after.at(before + 1).type, diary::event_type::yield);
}

TEST_F(Attach, AStepToACoroutineEndsBehindItsEvent) {
  const auto child = start("sleep");
  control_client client = connect(*child);
  const std::string trace = client.ask(request(control_command::start)).text;
  ASSERT_TRUE(goes_on(trace));
  control_reply reply;
  ASSERT_TRUE(pauses(client, reply));
  const diary::history h(diary::reader::open(trace));
  std::uint64_t id = 0, slot = 0;
  for (const auto& c : h.coroutines()) {
    if (h.string(c.name) == "sleeper") id = c.id;
  }
  const diary::scheduler_state last = h.state_after(h.source().event_count());
  for (const auto& c : last.coroutines()) {
    if (c->id == id) slot = c->slot;
  }

  const std::uint64_t before = h.source().event_count();
  client.ask(request(control_command::step_to, id));
  ASSERT_TRUE(client.wait_until_it_stands(10s, reply));

  const diary::reader after = diary::reader::open(trace);
  bool has_been_in_one = false;
  after.for_each(before, after.event_count(), [&](const diary::event& e) {
    has_been_in_one |=
        (e.type == diary::event_type::wake_timer || e.type == diary::event_type::enter) && e.args[0] == slot;
    return true;
  });
  EXPECT_TRUE(has_been_in_one);
  EXPECT_LE(after.event_count() - before, 8U);
}

TEST_F(Attach, AStepToNobodySaysSo) {
  const auto child = start("sleep");
  control_client client = connect(*child);

  client.ask(request(control_command::step_to, 4711));
  control_reply reply;

  ASSERT_TRUE(client.wait_until_it_stands(10s, reply));
  EXPECT_NE(reply.flags & diary::control_flag_no_such_coroutine, 0U);
}

TEST_F(Attach, ThePausedProgramGoesOnWhenItsViewerDies) {
  const auto child = start("yield");
  control_client watcher = connect(*child);
  const std::string trace = watcher.ask(request(control_command::start)).text;
  {
    control_client client = connect(*child);
    client.ask(request(control_command::pause));
    control_reply reply;
    ASSERT_TRUE(client.wait_until_it_stands(10s, reply));
  }

  EXPECT_TRUE(becomes_true([&] { return watcher.ask({}).mode == control_mode::running; }));
  EXPECT_TRUE(goes_on(trace));
}

TEST_F(Attach, AllSchedulersStandAndOneSteps) {
  const auto child = start("two-threads");
  control_client client = connect(*child);
  ASSERT_TRUE(becomes_true([&] { return client.ask({}).schedulers == 2; }));
  const std::string trace = client.ask(request(control_command::start)).text;
  ASSERT_TRUE(becomes_true([&] { return viz::cli::glance_at(trace).threads == 2; }));
  client.ask(request(control_command::pause));
  control_reply reply;
  ASSERT_TRUE(client.wait_until_it_stands(10s, reply));
  EXPECT_EQ(reply.standing, 2U);

  const std::uint64_t before = diary::history(diary::reader::open(trace)).totals().switches;
  for (int i = 0; i < 10; ++i) {
    client.ask(request(control_command::step));
    ASSERT_TRUE(client.wait_until_it_stands(10s, reply));
  }

  const std::uint64_t entered = diary::history(diary::reader::open(trace)).totals().switches - before;
  EXPECT_LE(entered, 10U);
  EXPECT_GE(entered, 1U);
}

TEST_F(Attach, TheRecordingEndsWithItsLastViewer) {
  const auto child = start("sleep");
  std::string trace;
  {
    control_client first = connect(*child);
    trace = first.ask(request(control_command::start)).text;
    {
      control_client second = connect(*child);
      EXPECT_EQ(second.ask(request(control_command::start)).text, trace);
    }
    EXPECT_TRUE(goes_on(trace));
  }

  EXPECT_TRUE(becomes_true([&] { return !connect(*child).ask({}).recording(); }));
  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST_F(Attach, ATraceThatWasAskedForIsKept) {
  const auto child = start("sleep");
  const std::string trace = folder_.path("kept.weft");
  {
    control_client client = connect(*child);
    client.ask(request(control_command::start, 0, trace));
    EXPECT_TRUE(goes_on(trace));
  }

  EXPECT_TRUE(becomes_true([&] { return diary::reader::open(trace).info().complete; }));
  EXPECT_EQ(diary::history(diary::reader::open(trace)).violation_count(), 0U);
}

TEST_F(Attach, TheProgramsOwnRecordingTakesOver) {
  const std::string own = folder_.path("own.weft"), go = folder_.path("go");
  const auto child = start("record-itself", {{"OWN_TRACE", own}, {"GO", go}});
  control_client client = connect(*child);
  const std::string attached = client.ask(request(control_command::start)).text;
  ASSERT_TRUE(goes_on(attached));

  write_file(go, "");

  EXPECT_TRUE(becomes_true([&] { return client.ask({}).text == own; }));
  EXPECT_TRUE(goes_on(own));
  EXPECT_FALSE(std::filesystem::exists(attached));
}

TEST_F(Attach, ARecordingThatIsOnAlreadyWillDo) {
  const std::string own = folder_.path("own.weft");
  const auto child = start("sleep", {{"WEFT_TRACE", own}});
  control_client client = connect(*child);

  const control_reply reply = client.ask(request(control_command::start));

  EXPECT_EQ(reply.text, own);
  EXPECT_EQ(reply.flags & diary::control_flag_attached, 0U);
  EXPECT_THROW(client.ask(request(control_command::start, 0, folder_.path("other.weft"))), control_error);
  EXPECT_THROW(client.ask(request(control_command::stop)), control_error);
}

TEST_F(Attach, ARingIsFollowedInACopyThatGrows) {
  const auto child = start("yield");
  control_client client = connect(*child);
  const std::string ring = client.ask(request(control_command::start, 1 << 20)).text;
  ASSERT_TRUE(goes_on(ring));
  const std::string path = folder_.path("copy.weft");
  {
    const viz::cli::ring_copy copy(ring, path);

    // Far more than the ring holds.
    ASSERT_TRUE(becomes_true([&] { return std::filesystem::file_size(path) > (4 << 20); }));
  }

  EXPECT_EQ(std::filesystem::file_size(ring), (1 << 20) + diary::file_header_bytes);
  EXPECT_EQ(run_weft({"validate", path}).status, 0);
}

TEST_F(Attach, AMarkAndASnapshotAreTaken) {
  const auto child = start("sleep");
  control_client client = connect(*child);
  const std::string copy = folder_.path("copy.weft");
  const std::string trace = client.ask(request(control_command::start)).text;
  ASSERT_TRUE(goes_on(trace));

  client.ask(request(control_command::mark, 0, "look here"));
  ASSERT_TRUE(becomes_true([&] { return run_weft({"dump", trace}).out.find("look here") != std::string::npos; }));
  client.ask(request(control_command::snapshot, 0, copy));

  EXPECT_THAT(run_weft({"dump", copy}).out, HasSubstr("look here"));
  EXPECT_EQ(run_weft({"validate", copy}).status, 0);
}

TEST_F(Attach, ASwitchedOffProgramIsNotThere) {
  for (const char* variable : {"WEFT_TRACE", "WEFT_CONTROL"}) {
    const child_process child({WEFT_ATTACH_TARGET, "end-soon"},
                              {{"XDG_RUNTIME_DIR", folder_.path("run")}, {variable, "off"}},
                              child_process::signals::ours);
    const auto other = start("sleep-long");  // by now the first one would be listed too

    EXPECT_FALSE(is_listed(child.pid())) << variable;
  }
}

TEST_F(Attach, AForkedChildHasADoorOfItsOwn) {
  const auto child = start("fork");

  ASSERT_TRUE(becomes_true([&] { return find_running_programs(place()).size() == 2; }));
  for (const auto& p : find_running_programs(place())) {
    control_client client(viz::control_path(place(), p.pid));
    EXPECT_EQ(client.ask({}).pid, static_cast<std::uint32_t>(p.pid));
    if (p.pid != child->pid()) ::kill(p.pid, SIGKILL);
  }
}

TEST_F(Attach, WhatADeadProcessLeftIsRemoved) {
  auto child = start("sleep-long");
  const std::string socket = viz::control_path(place(), child->pid());
  ::kill(child->pid(), SIGKILL);
  child->wait();
  ASSERT_TRUE(std::filesystem::exists(socket));

  EXPECT_TRUE(find_running_programs(place()).empty());
  EXPECT_FALSE(std::filesystem::exists(socket));
}

TEST_F(Attach, AViewerIsNoHopeForAProgramInDeadlock) {
  auto child = start("deadlock-soon");
  control_client client = connect(*child);
  client.ask(request(control_command::start));

  EXPECT_EQ(child->wait_for(20s), 7);
}

TEST_F(Attach, AViewerMayComeAndGoWhileTheProgramIsPaused) {
  const auto child = start("sleep");
  control_client client = connect(*child);
  client.ask(request(control_command::pause));
  control_reply reply;
  ASSERT_TRUE(client.wait_until_it_stands(10s, reply));

  // Its schedulers cannot admit a viewer, but its server can.
  control_client other = connect(*child);
  EXPECT_EQ(other.ask({}).mode, control_mode::paused);
}

TEST_F(Attach, AtItsEndAProgramTakesItsSocketAway) {
  auto child = start("end-soon");

  EXPECT_EQ(child->wait(), 0);
  EXPECT_FALSE(std::filesystem::exists(viz::control_path(place(), child->pid())));
}

// A raw connection, to send what a control_client never sends.
class raw_connection {
 public:
  explicit raw_connection(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    EXPECT_EQ(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  }
  ~raw_connection() { ::close(fd_); }
  void send(std::string_view bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), ssize_t(bytes.size()));
  }
  std::string receive_all() {
    std::string all;
    std::array<char, 4096> piece;
    for (ssize_t n; (n = ::recv(fd_, piece.data(), piece.size(), 0)) > 0;) all.append(piece.data(), std::size_t(n));
    return all;
  }

 private:
  int fd_;
};

TEST_F(Attach, NonsenseIsAnsweredAndThrownOut) {
  const auto child = start("sleep");
  raw_connection stranger(viz::control_path(place(), child->pid()));

  stranger.send(std::string(diary::control_message_bytes, 'x'));
  const std::string answer = stranger.receive_all();

  control_reply reply;
  ASSERT_EQ(diary::parse_reply({reinterpret_cast<const std::uint8_t*>(answer.data()), answer.size()}, reply), nullptr);
  EXPECT_EQ(reply.status, diary::control_status::bad_message);
  EXPECT_EQ(connect(*child).ask({}).mode, control_mode::running);
}

TEST_F(Attach, HalfAMessageHoldsNobodyUp) {
  const auto child = start("sleep");
  raw_connection slow(viz::control_path(place(), child->pid()));
  slow.send("half a message");

  EXPECT_EQ(connect(*child).ask({}).mode, control_mode::running);
}

TEST_F(Attach, TooManyViewersAreSentAway) {
  const auto child = start("sleep");
  std::vector<std::unique_ptr<control_client>> all;
  for (int i = 0; i < 8; ++i) {
    all.push_back(std::make_unique<control_client>(connect(*child)));
    all.back()->ask({});
  }

  control_client late = connect(*child);
  EXPECT_THROW(late.ask({}), control_error);
  all.clear();

  EXPECT_TRUE(becomes_true([&] {
    try {
      connect(*child).ask({});
      return true;
    } catch (const control_error&) {
      return false;
    }
  }));
}

TEST_F(Attach, ControlCommandTakesItsRequestsFromInput) {
  const auto child = start("sleep");

  const outcome result = run_weft({"control", std::to_string(child->pid())}, "# a script\npause\nstep\nresume\nfly\n");

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.out,
            "paused: 1 of 1 schedulers stand; not recorded\n"
            "paused: 1 of 1 schedulers stand; not recorded\n"
            "running: 0 of 1 schedulers stand; not recorded\n");
  EXPECT_EQ(result.err, "weft: control: fly: no such request: weft control --help names them\n");
}

TEST_F(Attach, PsShowsWhoDoesNotRecord) {
  const auto child = start("sleep");

  const outcome text = run_weft({"ps"});
  const nlohmann::json programs = run_weft({"ps", "--json"}).json()["programs"];

  EXPECT_THAT(text.out, HasSubstr("not recorded"));
  ASSERT_EQ(programs.size(), 1U);
  EXPECT_EQ(programs[0]["pid"], child->pid());
  EXPECT_EQ(programs[0]["recording"], false);
  EXPECT_EQ(programs[0]["attachable"], true);
}

TEST_F(Attach, TailOfAProgramThatDoesNotRecordIsAWholeTrace) {
  const auto child = start("end-soon");

  const outcome result = run_weft({"tail", std::to_string(child->pid())});

  EXPECT_EQ(result.status, 0);
  const std::string copy = folder_.with("copy.weft", result.out);
  EXPECT_EQ(run_weft({"validate", copy}).status, 0);
}

TEST_F(Attach, WhatWasRecordedForAViewerGoesWithItWhenTheProgramHasEnded) {
  const auto child = start("end-soon");

  const outcome result = run_weft({"tail", std::to_string(child->pid())});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_FALSE(std::filesystem::exists(trace_made_for(child->pid())));
}

TEST_F(Attach, WhatADeadProgramRecordedForAViewerStaysADay) {
  const auto child = start("sleep");
  control_client client = connect(*child);  // stays open: a program removes such a trace when its last viewer has gone
  const std::string trace = client.ask(request(control_command::start)).text;
  ASSERT_EQ(trace, trace_made_for(child->pid()));
  ::kill(child->pid(), SIGKILL);
  child->wait();

  find_running_programs(place());
  EXPECT_TRUE(std::filesystem::exists(trace));

  age(trace, std::chrono::hours(25));
  find_running_programs(place());
  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST_F(Attach, WhatAnEndedProgramRecordedForADeadViewerIsRemoved) {
  const auto child = start("end-soon");
  const std::string trace = trace_made_for(child->pid());
  {
    control_client client = connect(*child);
    client.ask(request(control_command::start));
    child->wait();
  }
  ASSERT_TRUE(std::filesystem::exists(trace));

  find_running_programs(place());

  EXPECT_FALSE(std::filesystem::exists(trace));
}

TEST_F(Attach, SweepingTakesNothingThatIsNotOurs) {
  std::filesystem::create_directory(place());
  std::filesystem::permissions(place(), std::filesystem::perms::owner_all);
  const std::string note = place() + "/attached-999999999.weft", mine = place() + "/attached-mine.weft";
  write_file(note, "no trace");
  write_file(mine, "no trace");

  find_running_programs(place());

  EXPECT_TRUE(std::filesystem::exists(note));
  EXPECT_TRUE(std::filesystem::exists(mine));
}

}  // namespace
}  // namespace weft::tests
