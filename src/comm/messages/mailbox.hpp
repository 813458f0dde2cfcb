#pragma once
// Mailbox: what scheduling needs of several processes, no more.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "comm/messages/session.hpp"

namespace m2m::comm {

struct Message {
  int from = 0;  // rank
  std::vector<std::byte> bytes;
};

/// One end of a post between a coordinator and the workers, one worker a rank.
///
/// Messages of one sender arrive whole and in the order they were sent. Local; one thread uses one mailbox. A
/// coordinator's mailbox sends to workers and hears workers; a worker's sends to coordinators and hears them. Rank
/// 0 has both, so its worker and its coordinator do not take each other's mail.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  /// Returns at once. Throws Error (input_output) where message passing fails.
  virtual void send(int to, std::span<const std::byte> message) = 0;
  /// The next message, or nothing; never blocks. Throws as send does.
  virtual std::optional<Message> poll() = 0;
};

// Mailboxes over MPI.

/// The post of an MPI world: a worker's mailbox on every rank, the coordinator's on rank 0.
///
/// Its messages travel on a communicator of their own. Both mailboxes may be used at once, each by one thread.
/// Before it goes, every message sent must have been taken by poll: end a conversation with a last word from each
/// side.
class MpiChannel {
 public:
  /// Collective.
  explicit MpiChannel(const Session& session);
  /// Collective.
  ~MpiChannel();
  MpiChannel(const MpiChannel&) = delete;
  MpiChannel& operator=(const MpiChannel&) = delete;

  Mailbox& worker();
  /// Throws Error (internal) on other ranks than 0.
  Mailbox& coordinator();

 private:
  struct Endpoints;
  std::unique_ptr<Endpoints> endpoints_;
};

// Mailboxes within one process: threads stand in for ranks, so that scheduling runs without MPI.

/// A post of `ranks` workers and a coordinator. Thread-safe as long as each mailbox has one thread.
class LocalChannel {
 public:
  explicit LocalChannel(int ranks);
  ~LocalChannel();
  LocalChannel(const LocalChannel&) = delete;
  LocalChannel& operator=(const LocalChannel&) = delete;

  Mailbox& worker(int rank);
  Mailbox& coordinator();

 private:
  class Inbox;
  class Endpoint;
  std::unique_ptr<Inbox> coordinator_inbox_;
  std::vector<std::unique_ptr<Inbox>> worker_inboxes_;
  std::unique_ptr<Endpoint> coordinator_;
  std::vector<std::unique_ptr<Endpoint>> workers_;
};

}  // namespace m2m::comm
