#pragma once
// Shows the progress of a sweep: in place on a terminal, line by line in a log file.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "sweep/coordinator.hpp"
#include "sweep/progress_lines.hpp"
#include "sweep/terminal.hpp"

namespace m2m::sweep {

struct ProgressSettings {
  int slots = 1;                                   // worker slots of all ranks
  std::optional<TerminalSize> terminal;            // nothing: plain lines
  std::function<void(const std::string&)> log;     // writes a line of the log, given without its end
  std::function<void(const std::string&)> screen;  // writes to the terminal
  std::function<double()> clock;                   // of the coordinator, in seconds
  int trials_per_device = 1;                       // worker slots of a rank
};

/// Writes a line per event. On a terminal it also draws a block with a line per running stage, twice a second;
/// otherwise it writes a line per running stage and minute.
class ProgressView : public SweepObserver {
 public:
  ProgressView(const Scheduler& scheduler, ProgressSettings settings);
  ~ProgressView() override;

  void on_started(int stage, const std::string& host) override;
  void on_finished(int stage) override;
  void on_blocked(int stage) override;
  void on_log_line(int rank, const std::string& host, const std::string& text) override;
  void on_stopping(StopReason reason) override;
  void on_tick(double now) override;

 private:
  void log(const std::string& text);
  void draw(double now);
  void log_running(double now);

  const Scheduler& scheduler_;
  ProgressSettings settings_;
  std::vector<std::string> titles_;
  SweepView view_;
  std::unique_ptr<LiveBlock> block_;
  double drawn_ = -1;
  std::map<int, double> last_logged_;  // running stage -> time of its last line
};

}  // namespace m2m::sweep
