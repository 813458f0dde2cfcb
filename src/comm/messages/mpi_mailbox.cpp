// Mailboxes over MPI, with a communicator of their own.
#include <chrono>
#include <list>
#include <thread>

#include "comm/messages/mailbox.hpp"
#include "comm/messages/mpi_handle.hpp"
#include "core/error.hpp"

namespace m2m::comm {
namespace {

enum Tag : int { for_workers = 1, for_coordinator = 2 };

/// A message that MPI is sending; its bytes have to stay until the request is complete.
struct PendingSend {
  std::vector<std::byte> bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

class MpiMailbox : public Mailbox {
 public:
  MpiMailbox(MPI_Comm communicator, Tag received, Tag sent)
      : communicator_(communicator), received_(received), sent_(sent) {}
  ~MpiMailbox() override { finish_sending(); }
  MpiMailbox(const MpiMailbox&) = delete;
  MpiMailbox& operator=(const MpiMailbox&) = delete;

  void send(int to, std::span<const std::byte> message) override {
    drop_sent();
    PendingSend& pending = pending_.emplace_back();
    pending.bytes.assign(message.begin(), message.end());
    check_mpi(MPI_Isend(pending.bytes.data(), static_cast<int>(pending.bytes.size()), MPI_BYTE, to, sent_,
                        communicator_, &pending.request),
              "sending a message");
  }

  std::optional<Message> poll() override {
    drop_sent();
    int found = 0;
    MPI_Message handle = MPI_MESSAGE_NULL;
    MPI_Status status;
    check_mpi(MPI_Improbe(MPI_ANY_SOURCE, received_, communicator_, &found, &handle, &status),
              "probing for a message");
    if (!found) return std::nullopt;
    int size = 0;
    check_mpi(MPI_Get_count(&status, MPI_BYTE, &size), "measuring a message");
    Message message{status.MPI_SOURCE, std::vector<std::byte>(static_cast<std::size_t>(size))};
    check_mpi(MPI_Mrecv(message.bytes.data(), size, MPI_BYTE, &handle, MPI_STATUS_IGNORE), "receiving a message");
    return message;
  }

 private:
  void drop_sent() {
    for (auto it = pending_.begin(); it != pending_.end();) {
      int gone = 0;
      check_mpi(MPI_Test(&it->request, &gone, MPI_STATUS_IGNORE), "sending a message");
      it = gone ? pending_.erase(it) : std::next(it);
    }
  }

  void finish_sending() noexcept {
    try {
      for (drop_sent(); !pending_.empty(); drop_sent()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
      }
    } catch (const Error&) {
      // The connection is lost, and so is the reader of the message.
    }
  }

  MPI_Comm communicator_;
  Tag received_, sent_;
  std::list<PendingSend> pending_;
};

}  // namespace

struct MpiChannel::Endpoints {
  explicit Endpoints(const Session& session)
      : communicator(duplicate(MPI_COMM_WORLD)), worker(communicator.get(), for_workers, for_coordinator) {
    if (session.rank() == 0) {
      coordinator = std::make_unique<MpiMailbox>(communicator.get(), for_coordinator, for_workers);
    }
  }
  CommunicatorHandle communicator;
  MpiMailbox worker;
  std::unique_ptr<MpiMailbox> coordinator;
};

MpiChannel::MpiChannel(const Session& session) : endpoints_(std::make_unique<Endpoints>(session)) {}
MpiChannel::~MpiChannel() = default;
Mailbox& MpiChannel::worker() { return endpoints_->worker; }

Mailbox& MpiChannel::coordinator() {
  if (!endpoints_->coordinator) throw internal_error("only rank 0 has the mailbox of the coordinator");
  return *endpoints_->coordinator;
}

}  // namespace m2m::comm
