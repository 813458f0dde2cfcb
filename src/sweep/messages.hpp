#pragma once
// What a coordinator and its workers say to each other, and its bytes (CBOR).
#include <string>
#include <variant>

#include "comm/messages/mailbox.hpp"
#include "study/stage.hpp"
#include "sweep/stopping.hpp"

namespace m2m::sweep {

/// A seat waits for work; a seat is a place of a rank where a stage runs, numbered from 0. The first one's is a
/// worker's first word. `place`: "host a17", for people.
struct Here {
  std::string place;
  int seat = 0;
};
struct Report {
  study::Progress progress;
  int seat = 0;
};
/// The stage of the seat has ended; the seat waits for the next, or `leaves` until it says Here again.
struct StageFinished {
  study::StageResult result;
  int seat = 0;
  bool leaves = false;
};
/// Something for people to know of this rank.
struct Remark {
  std::string text;
};
/// This worker was asked to stop, by a signal.
struct StopWanted {
  StopReason reason = StopReason::interrupted;
};
/// A worker's last word, for all of its seats.
struct Bye {};
using FromWorker = std::variant<Here, Report, StageFinished, Remark, StopWanted, Bye>;

struct Start {
  study::Stage stage;
  int seat = 0;
};
/// Stop the running stages at their next step.
struct Stop {};
/// There is no more work: say Bye and go.
struct Leave {};
using ToWorker = std::variant<Start, Stop, Leave>;

std::vector<std::byte> encode(const FromWorker& message);
std::vector<std::byte> encode(const ToWorker& message);
/// Throw Error (internal) on anything that encode does not make.
FromWorker decode_from_worker(const std::vector<std::byte>& bytes);
ToWorker decode_to_worker(const std::vector<std::byte>& bytes);

}  // namespace m2m::sweep
