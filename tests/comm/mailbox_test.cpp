#include "comm/messages/mailbox.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include "comm/messages/collectives.hpp"
#include "core/error.hpp"
#include "support/eventually.hpp"
#include "support/mpi_main.hpp"

namespace m2m::comm {
namespace {

std::string text_of(const Message& message) {
  return {reinterpret_cast<const char*>(message.bytes.data()), message.bytes.size()};
}

void send(Mailbox& mailbox, int to, const std::string& text) {
  mailbox.send(to, std::as_bytes(std::span(text.data(), text.size())));
}

Message wait_for(Mailbox& mailbox) {
  std::optional<Message> message;
  EXPECT_TRUE(testing::eventually([&] { return (message = mailbox.poll()).has_value(); })) << "nothing came";
  return message.value();
}

/// Sends numbered messages of growing size as a worker, then receives how many arrived.
void talk_as_worker(Mailbox& mailbox, int rank, int count) {
  for (int i = 0; i < count; ++i) send(mailbox, 0, std::string(static_cast<std::size_t>(i) * 100, 'x'));
  EXPECT_EQ(text_of(wait_for(mailbox)), "rank " + std::to_string(rank) + ": " + std::to_string(count));
}

void talk_as_coordinator(Mailbox& mailbox, int ranks, int count) {
  std::map<int, int> received;
  for (int i = 0; i < ranks * count; ++i) {
    const Message message = wait_for(mailbox);
    // the sizes show the order
    ASSERT_EQ(message.bytes.size(), static_cast<std::size_t>(received[message.from]++) * 100);
  }
  for (int rank = 0; rank < ranks; ++rank) {
    send(mailbox, rank, "rank " + std::to_string(rank) + ": " + std::to_string(received[rank]));
  }
}

TEST(MpiMailbox, DeliversInOrderBetweenACoordinatorThreadAndAllWorkers) {
  const Session& session = testing::session();
  MpiChannel post(session);
  std::thread coordinator;
  if (session.rank() == 0) {
    coordinator = std::thread([&] { talk_as_coordinator(post.coordinator(), session.size(), 200); });
  }
  talk_as_worker(post.worker(), session.rank(), 200);
  if (coordinator.joinable()) coordinator.join();
}

TEST(MpiMailbox, CarriesMessagesLargerThanTheEagerLimit) {
  const Session& session = testing::session();
  MpiChannel post(session);
  const std::string large(3'000'000, static_cast<char>('a' + session.rank()));
  send(post.worker(), 0, large);
  if (session.rank() == 0) {
    for (int i = 0; i < session.size(); ++i) {
      const Message message = wait_for(post.coordinator());
      EXPECT_EQ(text_of(message), std::string(3'000'000, static_cast<char>('a' + message.from)));
    }
  }
  barrier(session);
}

TEST(MpiMailbox, PollSaysNothingWhereNothingCame) {
  MpiChannel post(testing::session());
  EXPECT_FALSE(post.worker().poll().has_value());
  barrier(testing::session());
}

TEST(MpiMailbox, OnlyRankZeroCoordinates) {
  MpiChannel post(testing::session());
  if (testing::session().rank() == 0) {
    EXPECT_NO_THROW(post.coordinator());
  } else {
    EXPECT_THROW(post.coordinator(), Error);
  }
}

TEST(MpiMailbox, TwoPostsDoNotMixTheirMail) {
  const Session& session = testing::session();
  MpiChannel first(session), second(session);
  send(second.worker(), 0, "second");
  send(first.worker(), 0, "first");
  if (session.rank() == 0) {
    for (int i = 0; i < session.size(); ++i) {
      EXPECT_EQ(text_of(wait_for(first.coordinator())), "first");
      EXPECT_EQ(text_of(wait_for(second.coordinator())), "second");
    }
  }
  barrier(session);
}

TEST(LocalMailbox, DeliversInOrderBetweenThreads) {
  LocalChannel post(3);
  std::vector<std::thread> workers;
  for (int rank = 0; rank < 3; ++rank) {
    workers.emplace_back([&post, rank] { talk_as_worker(post.worker(rank), rank, 100); });
  }
  talk_as_coordinator(post.coordinator(), 3, 100);
  for (std::thread& worker : workers) worker.join();
  EXPECT_FALSE(post.coordinator().poll().has_value());
}

}  // namespace
}  // namespace m2m::comm
