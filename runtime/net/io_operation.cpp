#include "weft/detail/net/io_operation.hpp"

#include "weft/detail/net/io_handle.hpp"

namespace weft::detail {

io_operation::wait::wait(io_operation& op, turn* line, waiter* place) noexcept : op_(op) {
  op.line_ = line;
  op.place_ = place;
  op.next_ = nullptr;
  op.previous_ = op.handle_->last_waiting_;
  (op.previous_ != nullptr ? op.previous_->next_ : op.handle_->first_waiting_) = &op;
  op.handle_->last_waiting_ = &op;
}

io_operation::wait::~wait() {
  if (op_.is_cut_off()) return;
  (op_.previous_ != nullptr ? op_.previous_->next_ : op_.handle_->first_waiting_) = op_.next_;
  (op_.next_ != nullptr ? op_.next_->previous_ : op_.handle_->last_waiting_) = op_.previous_;
}

}  // namespace weft::detail
