#include "cli/programs/ring_copy.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cli/programs/chunk_tail.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz::cli {

using namespace std::chrono_literals;

ring_copy::ring_copy(const std::string& ring, const std::string& copy) {
  const chunk_tail is_readable(ring);
  if (::pipe(pipe_) != 0) throw std::system_error(errno, std::generic_category(), ring + ": cannot be copied");
  for (const int end : pipe_) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  ::fcntl(pipe_[1], F_SETFL, O_NONBLOCK);  // if nobody reads any more (a full disk), the writer can still be stopped
  spool_.emplace(pipe_[0], copy);
  reader_ = std::thread([this, ring] { keep_up(ring); });
  spool_->wait_for_first_chunk();
}

// Join the reader of the ring first: while it writes to the pipe, somebody must read there, or it would get SIGPIPE.
ring_copy::~ring_copy() {
  stops_ = true;
  reader_.join();
  spool_.reset();
  ::close(pipe_[0]);
}

void ring_copy::keep_up(const std::string& ring) {
  try {
    follow_chunks(ring, 20ms, [this](const std::string& news) {
      for (std::size_t at = 0; at < news.size();) {
        const ssize_t n = ::write(pipe_[1], news.data() + at, news.size() - at);
        if (n > 0) at += static_cast<std::size_t>(n);
        if (n >= 0 || errno == EINTR) continue;
        if (errno != EAGAIN || stops_) return false;
        std::this_thread::sleep_for(1ms);
      }
      return !stops_;
    });
  } catch (const diary::file_error&) {
    // The ring cannot be read any more: the copy is complete.
  }
  ::close(pipe_[1]);
}

}  // namespace weft::viz::cli
