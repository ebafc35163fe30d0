// The selected coroutine as two tables: the facts of its life, and its wakes.
#pragma once

#include "model/viewer_model.hpp"
#include "panels/table_rows.hpp"

namespace weft::viz {

// The facts, one per line.
class fact_rows final : public table_rows {
 public:
  explicit fact_rows(const viewer_model& model);

  const std::vector<table_column>& columns() const override { return columns_; }
  std::size_t count() const override { return rows_.size(); }
  table_row row(std::size_t i) const override { return rows_[i]; }
  std::string when_empty() const override { return "No coroutine is selected: click a lane, or press Ctrl P."; }

 private:
  void add(const char* name, std::string value, tone ink = tone::normal, std::optional<action> open = {});
  void add_times(const coroutine_summary& s);

  const viewer_model& model_;
  std::vector<table_column> columns_{{"", 116}, {""}};
  std::vector<table_row> rows_;
};

// Its wakes up to the cursor, the latest first; in a huge trace only those near the cursor.
class wake_rows final : public table_rows {
 public:
  explicit wake_rows(const viewer_model& model);

  const std::vector<table_column>& columns() const override { return columns_; }
  std::size_t count() const override { return wakes_.size(); }
  table_row row(std::size_t i) const override;
  std::string when_empty() const override;

 private:
  const viewer_model& model_;
  std::vector<table_column> columns_{{"woken at", 104, true}, {"by", 150}, {"after", 120}, {"until it ran", 0, true}};
  std::vector<std::uint32_t> wakes_;
  const trace_part* part_ = nullptr;
};

}  // namespace weft::viz
