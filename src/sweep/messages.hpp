#pragma once
// Messages between the coordinator and its workers, and their encoding (CBOR).
#include <chrono>
#include <string>
#include <variant>
#include <vector>

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
/// The stage that a slot runs.
struct SlotLife {
  int slot = 0;
  double idle = 0;    // seconds since its last step
  std::string phase;  // that it is in; empty: between phases
};
/// A sign of life, sent regularly if stalls are watched for: the slots that run a stage.
struct Alive {
  std::vector<SlotLife> slots;
};
/// The last message of a worker, for all of its slots.
struct Goodbye {};
using FromWorker = std::variant<Ready, ProgressUpdate, StageFinished, LogLine, StopRequest, Alive, Goodbye>;

/// Assigns a stage to a slot.
struct Assign {
  study::Stage stage;
  int slot = 0;
};
/// The largest estimate of the memory of the stages that have not started on any rank; a worker weighs it before a
/// slot asks for a stage.
struct MemoryToCome {
  double bytes = 0;  // 0: unknown
};
/// Stops the running stages at their next step.
struct Cancel {};
/// A sign of life of the coordinator.
struct Ping {};
/// Ends the worker; it answers with Goodbye.
struct Shutdown {};
using ToWorker = std::variant<Assign, MemoryToCome, Cancel, Ping, Shutdown>;

/// Encodes a message as CBOR. Pure.
std::vector<std::byte> encode(const FromWorker& message);
std::vector<std::byte> encode(const ToWorker& message);
/// Decodes a message. Throws Error (internal) if the bytes are not from `encode`.
FromWorker decode_from_worker(const std::vector<std::byte>& bytes);
ToWorker decode_to_worker(const std::vector<std::byte>& bytes);

/// Time that the coordinator and a waiting worker slot sleep between two looks at their mailbox.
inline constexpr std::chrono::milliseconds poll_interval{2};

}  // namespace m2m::sweep
