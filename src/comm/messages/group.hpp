#pragma once
// A group: the ranks that run one trial together.
#include <cstddef>
#include <memory>

#include "comm/messages/session.hpp"

namespace m2m::comm {

class OwnedCommunicator;

/// Ranks of the world with a communicator of their own. Move-only.
class MpiGroup {
 public:
  /// Collective over the world: ranks that name the same number form a group, in the order of their world ranks.
  MpiGroup(const MpiSession& session, int number);
  ~MpiGroup();
  MpiGroup(MpiGroup&&) noexcept;
  MpiGroup& operator=(MpiGroup&&) noexcept;

  int rank() const { return rank_; }
  int size() const { return size_; }

  /// Collective over the group: whether any of its ranks says so. Thread-safe against the mailbox's messages.
  bool any(bool mine) const;

  /// For dist/ alone; mpi_handle.hpp says what it is.
  const OwnedCommunicator& communicator() const { return *communicator_; }

 private:
  std::unique_ptr<OwnedCommunicator> communicator_;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace m2m::comm
