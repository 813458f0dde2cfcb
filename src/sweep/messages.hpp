#pragma once
// What a coordinator and its workers say to each other, and its bytes (CBOR).
#include <chrono>
#include <string>
#include <variant>

#include "comm/messages/mailbox.hpp"
#include "study/stage.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// A seat waits for work; a seat is a place of a rank where a stage runs, numbered from 0. The first one's is a
/// worker's first word. `place`: "host a17", for people.
struct Ready {
  std::string host;
  int slot = 0;
};
struct ProgressUpdate {
  study::Progress progress;
  int slot = 0;
};
/// The stage of the seat has ended; the seat waits for the next, or `leaves` until it says Here again.
struct StageFinished {
  study::StageResult result;
  int slot = 0;
  bool withdraws = false;
};
/// Something for people to know of this rank.
struct LogLine {
  std::string text;
};
/// This worker was asked to stop, by a signal.
struct StopRequest {
  StopReason reason = StopReason::interrupted;
};
/// A worker's last word, for all of its seats.
struct Goodbye {};
using FromWorker = std::variant<Ready, ProgressUpdate, StageFinished, LogLine, StopRequest, Goodbye>;

struct Assign {
  study::Stage stage;
  int slot = 0;
};
/// Stop the running stages at their next step.
struct Cancel {};
/// There is no more work: say Bye and go.
struct Shutdown {};
using ToWorker = std::variant<Assign, Cancel, Shutdown>;

std::vector<std::byte> encode(const FromWorker& message);
std::vector<std::byte> encode(const ToWorker& message);
/// Throw Error (internal) on anything that encode does not make.
FromWorker decode_from_worker(const std::vector<std::byte>& bytes);
ToWorker decode_to_worker(const std::vector<std::byte>& bytes);

/// Time that the coordinator and a waiting worker slot sleep between two looks at their mailbox.
inline constexpr std::chrono::milliseconds poll_interval{2};

}  // namespace m2m::sweep
