// The findings, the worst ones first: a row a group. Below the chosen one stand its instances.
#pragma once

#include "model/viewer_model.hpp"
#include "panels/table_rows.hpp"

namespace weft::viz {

class finding_rows final : public table_rows {
 public:
  explicit finding_rows(const viewer_model& model);

  const std::vector<table_column>& columns() const override { return columns_; }
  std::size_t count() const override { return model_.finding_groups.size() + unfolded_; }
  std::size_t current() const override;
  table_row row(std::size_t i) const override;
  bool has_two_lines() const override { return true; }
  std::string when_empty() const override;

 private:
  table_row row_of_group(std::size_t group) const;
  table_row row_of_instance(std::size_t instance) const;

  const viewer_model& model_;
  std::size_t unfolded_ = 0;  // rows of instances below the chosen group
  std::vector<table_column> columns_{{"what"},
                                     {"times", 56, true},
                                     {"in all", 76, true, false, "how long all of them lasted together"},
                                     {"share", 64, true, false, "of the run, in which at least one of them lasted"},
                                     {"at", 104, true}};
};

}  // namespace weft::viz
