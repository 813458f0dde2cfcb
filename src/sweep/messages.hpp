#pragma once
// What a coordinator and its workers say to each other, and its bytes (CBOR).
#include <string>
#include <variant>

#include "dist/messages/mailbox.hpp"
#include "sweep/stage.hpp"
#include "sweep/stop_reason.hpp"

namespace m2m {

/// A worker's first words: it waits for work. `place`: "host a17", for people.
struct Here {
  std::string place;
};
struct Report {
  Progress progress;
};
/// The stage has ended; the worker waits for the next.
struct Ended {
  StageResult result;
};
/// This worker was asked to stop, by a signal.
struct StopWanted {
  StopReason reason = StopReason::interrupted;
};
/// A worker's last words.
struct Bye {};
using FromWorker = std::variant<Here, Report, Ended, StopWanted, Bye>;

struct Start {
  Stage stage;
};
/// Stop the running stage at its next step.
struct Stop {};
/// There is no more work: say Bye and go.
struct Leave {};
using ToWorker = std::variant<Start, Stop, Leave>;

std::vector<std::byte> encode(const FromWorker& message);
std::vector<std::byte> encode(const ToWorker& message);
/// Throw Error (internal) on anything that encode does not make.
FromWorker decode_from_worker(const std::vector<std::byte>& bytes);
ToWorker decode_to_worker(const std::vector<std::byte>& bytes);

}  // namespace m2m
