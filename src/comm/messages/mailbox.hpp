#pragma once
// Mailbox: what scheduling needs of several processes, no more.
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

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

}  // namespace m2m::comm
