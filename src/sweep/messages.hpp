#pragma once
// Messages between the coordinator and its workers, and their encoding (CBOR).
#include <chrono>
#include <string>
#include <variant>

#include "comm/messages/mailbox.hpp"
#include "study/stage.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// A worker slot is ready for a stage. Slots are numbered from 0; the Ready of slot 0 is a worker's first message.
/// host: "host a17", for the log.
struct Ready {
  std::string host;
  int slot = 0;
};
/// Progress of the stage of a slot.
struct ProgressUpdate {
  study::Progress progress;
  int slot = 0;
};
/// The stage of a slot has ended. The slot is ready for the next one; if it `withdraws`, only from its next Ready
/// on.
struct StageFinished {
  study::StageResult result;
  int slot = 0;
  bool withdraws = false;
};
/// A line for the log about this rank.
struct LogLine {
  std::string text;
};
/// A signal asked this rank to stop.
struct StopRequest {
  StopReason reason = StopReason::interrupted;
};
/// The last message of a worker, for all of its slots.
struct Goodbye {};
using FromWorker = std::variant<Ready, ProgressUpdate, StageFinished, LogLine, StopRequest, Goodbye>;

/// Assigns a stage to a slot.
struct Assign {
  study::Stage stage;
  int slot = 0;
};
/// Stops the running stages at their next step.
struct Cancel {};
/// Ends the worker; it answers with Goodbye.
struct Shutdown {};
using ToWorker = std::variant<Assign, Cancel, Shutdown>;

/// Encodes a message as CBOR. Pure.
std::vector<std::byte> encode(const FromWorker& message);
std::vector<std::byte> encode(const ToWorker& message);
/// Decodes a message. Throws Error (internal) if the bytes are not from `encode`.
FromWorker decode_from_worker(const std::vector<std::byte>& bytes);
ToWorker decode_to_worker(const std::vector<std::byte>& bytes);

/// Time that the coordinator and a waiting worker slot sleep between two looks at their mailbox.
inline constexpr std::chrono::milliseconds poll_interval{2};

}  // namespace m2m::sweep
