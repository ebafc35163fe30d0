// The statistics of a trace: one row per coroutine, spawn site or wait reason, sorted by any column.
#pragma once

#include "model/statistics_row.hpp"
#include "model/viewer_model.hpp"
#include "panels/table_rows.hpp"

namespace weft::viz {

struct sorting {
  std::size_t column = 0;
  bool descending = false;
};

class statistics_rows final : public table_rows {
 public:
  // Borrows the model. `filter`: only rows whose name contains it; "": all rows.
  statistics_rows(const viewer_model& model, std::optional<sorting> by, const std::string& filter);

  const std::vector<table_column>& columns() const override { return columns_; }
  std::size_t count() const override { return order_.size(); }
  table_row row(std::size_t i) const override;
  std::size_t current() const override { return current_; }
  std::string when_empty() const override;

 private:
  const statistics_row& at(std::size_t i) const;
  std::string name_of(std::size_t i) const;

  const viewer_model& model_;
  std::vector<const statistics_column*> values_;
  std::vector<table_column> columns_;
  std::vector<std::uint32_t> order_;
  std::size_t current_ = npos;
};

// The whole trace in one line: coroutines, switches, events, how busy it was.
std::string totals_text(const viewer_model& model);

}  // namespace weft::viz
