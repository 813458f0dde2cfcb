#pragma once
// Mailboxes over MPI.
#include <memory>

#include "comm/messages/mailbox.hpp"
#include "comm/messages/session.hpp"

namespace m2m::comm {

/// The post of an MPI world: a worker's mailbox on every rank, the coordinator's on rank 0.
///
/// Its messages travel on a communicator of their own. Both mailboxes may be used at once, each by one thread.
/// Before it goes, every message sent must have been taken by poll: end a conversation with a last word from each
/// side.
class MpiPost {
 public:
  /// Collective.
  explicit MpiPost(const MpiSession& session);
  /// Collective.
  ~MpiPost();
  MpiPost(const MpiPost&) = delete;
  MpiPost& operator=(const MpiPost&) = delete;

  Mailbox& worker();
  /// Throws Error (internal) on other ranks than 0.
  Mailbox& coordinator();

 private:
  struct Ends;
  std::unique_ptr<Ends> ends_;
};

}  // namespace m2m::comm
