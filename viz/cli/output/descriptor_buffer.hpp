// Standard output as a stream buffer that stores why a write failed: std::cout only knows that it failed.
#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>
#include <streambuf>
#include <system_error>

namespace weft::viz::cli {

class descriptor_buffer : public std::streambuf {
 public:
  // `fd` is borrowed.
  explicit descriptor_buffer(int fd) : fd_(fd) { setp(bytes_.data(), bytes_.data() + bytes_.size()); }
  ~descriptor_buffer() override { sync(); }
  descriptor_buffer(const descriptor_buffer&) = delete;
  descriptor_buffer& operator=(const descriptor_buffer&) = delete;

  // The errno of the first failed write, 0 if there was none. Later output is dropped.
  int error() const { return error_; }

 protected:
  int sync() override {
    const char* from = pbase();
    while (error_ == 0 && from < pptr()) {
      const ssize_t n = ::write(fd_, from, static_cast<std::size_t>(pptr() - from));
      if (n >= 0) {
        from += n;
      } else if (errno != EINTR) {
        error_ = errno;
      }
    }
    setp(bytes_.data(), bytes_.data() + bytes_.size());
    return error_ == 0 ? 0 : -1;
  }

  int_type overflow(int_type c) override {
    if (sync() != 0) return traits_type::eof();
    if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
    return traits_type::not_eof(c);
  }

 private:
  const int fd_;
  int error_ = 0;
  std::array<char, 65536> bytes_;
};

}  // namespace weft::viz::cli
