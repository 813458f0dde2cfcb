// Mailboxes within one process.
#include <deque>
#include <mutex>

#include "comm/messages/mailbox.hpp"

namespace m2m::comm {

/// The queue of messages for one mailbox. Thread-safe.
class LocalChannel::Inbox {
 public:
  void put(Message message) {
    const std::lock_guard guard(mutex_);
    messages_.push_back(std::move(message));
  }
  std::optional<Message> take() {
    const std::lock_guard guard(mutex_);
    if (messages_.empty()) return std::nullopt;
    Message first = std::move(messages_.front());
    messages_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::deque<Message> messages_;
};

class LocalChannel::Endpoint : public Mailbox {
 public:
  Endpoint(int rank, Inbox& inbox, std::vector<Inbox*> others)
      : rank_(rank), inbox_(inbox), others_(std::move(others)) {}
  void send(int to, std::span<const std::byte> message) override {
    others_.at(static_cast<std::size_t>(to))->put({rank_, {message.begin(), message.end()}});
  }
  std::optional<Message> poll() override { return inbox_.take(); }

 private:
  int rank_;
  Inbox& inbox_;
  std::vector<Inbox*> others_;
};

LocalChannel::LocalChannel(int ranks) : coordinator_inbox_(std::make_unique<Inbox>()) {
  std::vector<Inbox*> inboxes;
  for (int rank = 0; rank < ranks; ++rank) {
    worker_inboxes_.push_back(std::make_unique<Inbox>());
    inboxes.push_back(worker_inboxes_.back().get());
    workers_.push_back(
        std::make_unique<Endpoint>(rank, *inboxes.back(), std::vector<Inbox*>{coordinator_inbox_.get()}));
  }
  coordinator_ = std::make_unique<Endpoint>(0, *coordinator_inbox_, inboxes);
}

LocalChannel::~LocalChannel() = default;
Mailbox& LocalChannel::worker(int rank) { return *workers_.at(static_cast<std::size_t>(rank)); }
Mailbox& LocalChannel::coordinator() { return *coordinator_; }

}  // namespace m2m::comm
