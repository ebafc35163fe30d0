// The findings, the worst ones first.
#pragma once

#include "model/viewer_model.hpp"
#include "panels/table_rows.hpp"

namespace weft::viz {

class finding_rows final : public table_rows {
 public:
  explicit finding_rows(const viewer_model& model) : model_(model) {}

  const std::vector<table_column>& columns() const override { return columns_; }
  std::size_t count() const override { return model_.findings.size(); }
  table_row row(std::size_t i) const override;
  bool has_two_lines() const override { return true; }
  std::string when_empty() const override;

 private:
  const viewer_model& model_;
  std::vector<table_column> columns_{{"what"}, {"at", 104, true}};
};

}  // namespace weft::viz
