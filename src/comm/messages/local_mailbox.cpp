#include <deque>
#include <mutex>

#include "comm/messages/mailbox.hpp"

namespace m2m::comm {

/// Where messages wait for one reader.
class LocalPost::Tray {
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

class LocalPost::End : public Mailbox {
 public:
  End(int rank, Tray& own, std::vector<Tray*> others) : rank_(rank), own_(own), others_(std::move(others)) {}
  void send(int to, std::span<const std::byte> message) override {
    others_.at(static_cast<std::size_t>(to))->put({rank_, {message.begin(), message.end()}});
  }
  std::optional<Message> poll() override { return own_.take(); }

 private:
  int rank_;
  Tray& own_;
  std::vector<Tray*> others_;
};

LocalPost::LocalPost(int ranks) : coordinator_tray_(std::make_unique<Tray>()) {
  std::vector<Tray*> trays;
  for (int rank = 0; rank < ranks; ++rank) {
    worker_trays_.push_back(std::make_unique<Tray>());
    trays.push_back(worker_trays_.back().get());
    workers_.push_back(std::make_unique<End>(rank, *trays.back(), std::vector<Tray*>{coordinator_tray_.get()}));
  }
  coordinator_ = std::make_unique<End>(0, *coordinator_tray_, trays);
}

LocalPost::~LocalPost() = default;
Mailbox& LocalPost::worker(int rank) { return *workers_.at(static_cast<std::size_t>(rank)); }
Mailbox& LocalPost::coordinator() { return *coordinator_; }

}  // namespace m2m::comm
