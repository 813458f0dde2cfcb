#pragma once
// Mailboxes within one process: threads stand in for ranks, so that scheduling runs without MPI.
#include <memory>
#include <vector>

#include "comm/messages/mailbox.hpp"

namespace m2m::comm {

/// A post of `ranks` workers and a coordinator. Thread-safe as long as each mailbox has one thread.
class LocalPost {
 public:
  explicit LocalPost(int ranks);
  ~LocalPost();
  LocalPost(const LocalPost&) = delete;
  LocalPost& operator=(const LocalPost&) = delete;

  Mailbox& worker(int rank);
  Mailbox& coordinator();

 private:
  class Tray;
  class End;
  std::unique_ptr<Tray> coordinator_tray_;
  std::vector<std::unique_ptr<Tray>> worker_trays_;
  std::unique_ptr<End> coordinator_;
  std::vector<std::unique_ptr<End>> workers_;
};

}  // namespace m2m::comm
