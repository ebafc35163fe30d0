#include "app/analysis_job.hpp"

#include <exception>

namespace weft::viz {

analysis_job::analysis_job(const std::string& path, std::int64_t long_run_ns, bool still_growing) {
  thread_ = std::thread([this, path, long_run_ns, still_growing] {
    try {
      diary::history names(diary::reader::open(path, diary::reader::trust::sealed_chunks),
                           diary::history::effort::told);
      result_ = analyse(names, long_run_ns, still_growing, stops_);
    } catch (const std::exception&) {
      result_ = {};  // the window has the file open, and will report the error
    }
    done_.store(true, std::memory_order_release);
  });
}

analysis_job::~analysis_job() {
  stops_ = true;
  thread_.join();
}

}  // namespace weft::viz
