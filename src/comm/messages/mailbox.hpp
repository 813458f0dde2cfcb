#pragma once
// Mailboxes of a coordinator and its workers: over MPI, or within one process.
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "comm/messages/session.hpp"

namespace m2m::comm {

/// A message and its sender.
struct Message {
  int from = 0;  // rank of the sender
  std::vector<std::byte> bytes;
};

/// A mailbox of the coordinator or of a worker; each rank has one worker, rank 0 also the coordinator.
///
/// A worker exchanges messages with the coordinator only, and the coordinator with the workers. Messages of one
/// sender arrive whole and in the order in which they were sent. Local. Used by one thread.
class Mailbox {
 public:
  virtual ~Mailbox() = default;
  /// Sends a message to the rank `to`; returns at once. Throws Error (input_output) if communication fails.
  virtual void send(int to, std::span<const std::byte> message) = 0;
  /// The next message that has arrived, if any; never blocks. Throws Error (input_output) if communication fails.
  virtual std::optional<Message> poll() = 0;
};

/// Mailboxes over MPI: that of a worker on every rank, that of the coordinator on rank 0.
///
/// Messages use a communicator of their own. Both mailboxes may be used at once, each by one thread. Destroy it
/// only after every sent message was received by poll: end the exchange with a final message from each side. A few
/// bytes of the coordinator may stay unread.
class MpiChannel {
 public:
  /// Duplicates the world communicator. Collective. Throws Error (input_output) if communication fails.
  explicit MpiChannel(const Session& session);
  /// Waits for sent messages and frees the communicator. Collective.
  ~MpiChannel();
  MpiChannel(const MpiChannel&) = delete;
  MpiChannel& operator=(const MpiChannel&) = delete;

  /// The mailbox of this rank's worker.
  Mailbox& worker();
  /// The mailbox of the coordinator. Throws Error (internal) unless this is rank 0.
  Mailbox& coordinator();

 private:
  struct Endpoints;
  std::unique_ptr<Endpoints> endpoints_;
};

/// Mailboxes of `ranks` workers and a coordinator within one process: threads take the place of ranks, without
/// MPI. Thread-safe if each mailbox is used by one thread.
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
