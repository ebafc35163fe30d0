// The events around the cursor, or those whose line contains all words of a filter.
#pragma once

#include "model/viewer_model.hpp"
#include "panels/event_filter.hpp"
#include "panels/table_rows.hpp"

namespace weft::viz {

class event_rows final : public table_rows {
 public:
  // Borrows both. `filter`: null, or a filter with words.
  event_rows(const viewer_model& model, const event_filter* filter);

  const std::vector<table_column>& columns() const override { return columns_; }
  std::size_t count() const override;
  table_row row(std::size_t i) const override;
  std::size_t current() const override;
  std::string when_empty() const override;

  // The limit without a filter, around the cursor: more rows cannot be placed exactly to the pixel.
  static constexpr std::uint64_t most_rows = 200'000;

 private:
  const viewer_model& model_;
  const event_filter* filter_;
  std::uint64_t first_ = 0;  // without a filter: the event of row 0
  bool several_threads_;
  std::vector<table_column> columns_;
};

}  // namespace weft::viz
