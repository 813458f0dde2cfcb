#include "sweep/stopping.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <regex>

#include "core/error.hpp"

namespace m2m::sweep {
namespace {

// A signal handler can only use objects with static storage.
std::atomic<int> first_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free);

/// The next SIGINT or SIGTERM ends the process.
void end_at_next_signal() {
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

bool ends_at_second(int signal) { return signal == SIGINT || signal == SIGTERM; }

void note_signal(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (ends_at_second(signal)) end_at_next_signal();
}

/// Sets the action of a signal; returns the previous one.
struct sigaction set_action(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;  // so that writes to files do not fail with EINTR
  sigemptyset(&action.sa_mask);
  struct sigaction old {};
  sigaction(signal, &action, &old);
  return old;
}

constexpr std::array stop_signals = {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};

/// True if SIGHUP was ignored when this process started, as under nohup.
bool hangup_was_ignored = false;
/// True until there was a StopSignals, which keeps a signal that came before it.
bool is_starting = true;

}  // namespace

void catch_signals_early() {
  for (const int signal : stop_signals) set_action(signal, note_signal);
  hangup_was_ignored = set_action(SIGHUP, note_signal).sa_handler == SIG_IGN;
  if (hangup_was_ignored) set_action(SIGHUP, SIG_IGN);
}

StopSignals::StopSignals() {
  if (!std::exchange(is_starting, false)) first_signal = 0;
  for (const int signal : stop_signals) handle(signal, note_signal);
  handle(SIGHUP, hangup_was_ignored ? SIG_IGN : note_signal);
  for (const int signal : {SIGPIPE, SIGXFSZ}) handle(signal, SIG_IGN);
  if (ends_at_second(first_signal)) end_at_next_signal();
}

StopSignals::~StopSignals() {
  for (const auto& [signal, action] : before_) {
    if (action.sa_handler == note_signal) {
      std::signal(signal, SIG_DFL);  // noted early: nobody asks any more
    } else {
      sigaction(signal, &action, nullptr);
    }
  }
}

void StopSignals::handle(int signal, void (*handler)(int)) {
  before_.emplace_back(signal, set_action(signal, handler));
}

StopReason StopSignals::received() {
  switch (first_signal) {
    case 0:
      return StopReason::none;
    case SIGINT:
    case SIGTERM:
    case SIGHUP:
      return StopReason::interrupted;
    default:
      return StopReason::requeue;
  }
}

namespace {

constexpr double usual_margin = 60;  // seconds: enough for a step and a checkpoint
constexpr double never = 1e9;        // seconds: no job lasts that long

/// Parses a Unix time; nothing if the text is null or has another format.
std::optional<double> read_time(const char* text) {
  if (text == nullptr) return std::nullopt;
  char* end = nullptr;
  const double seconds = std::strtod(text, &end);
  const bool is_time = end != text && *end == '\0' && seconds > 0;
  return is_time ? std::optional(seconds) : std::nullopt;
}

/// Why the end time cannot be that of this job; empty if it can.
std::string doubt(const char* text, const std::optional<double>& end, const std::optional<double>& job_start,
                  double program_start) {
  const std::string name = fmt::format("SLURM_JOB_END_TIME={} is ignored: ", text);
  if (!end) return name + "it is not a Unix time";
  if (job_start && *end <= *job_start) return name + "it lies before the start of the job (SLURM_JOB_START_TIME)";
  if (*end <= program_start) return name + "it lies before the start of this program";
  return "";
}

double stop_margin(const TimeLimit& given, double limit) {
  return given.margin.value_or(std::min(usual_margin, 0.1 * std::max(0.0, limit)));
}

}  // namespace

double read_duration(const std::string& option, const std::string& text) {
  static const std::regex plain(R"(\d{1,9})"), clock(R"((\d{1,6}):([0-5]\d):([0-5]\d))");
  std::smatch part;
  double seconds = 0;
  if (std::regex_match(text, plain)) {
    seconds = std::stod(text);
  } else if (std::regex_match(text, part, clock)) {
    seconds = 3600 * std::stod(part[1]) + 60 * std::stod(part[2]) + std::stod(part[3]);
  }
  if (seconds > 0) return seconds;
  throw usage_error(fmt::format("{} '{}' is not a time; expected seconds, or hours, minutes and seconds as 1:30:00",
                                option, text));
}

TimeLeft time_left(const TimeLimit& given, const std::function<const char*(const char*)>& environment, double now,
                   double running) {
  if (given.limit) {
    const double margin = stop_margin(given, *given.limit);
    if (margin >= *given.limit) {
      throw usage_error(
          fmt::format("--time-margin {:g} s leaves nothing of --time-limit {:g} s; give a smaller margin", margin,
                      *given.limit));
    }
    if (*given.limit <= margin + running) {
      throw usage_error(fmt::format(
          "--time-limit {:g} s was used up by the preparation, which took {:.0f} s; give a longer limit",
          *given.limit, running));
    }
    return {*given.limit - margin - running, ""};
  }
  const char* text = environment("SLURM_JOB_END_TIME");
  if (text == nullptr) return {};
  const std::optional<double> end = read_time(text);
  const std::string doubted = doubt(text, end, read_time(environment("SLURM_JOB_START_TIME")), now - running);
  if (!doubted.empty()) {
    return {std::nullopt, doubted + "; the sweep has no time limit; give one with --time-limit"};
  }
  const double left = *end - now, margin = stop_margin(given, left + running);
  if (left >= never) return {};
  if (left <= margin) {
    throw usage_error(
        fmt::format("SLURM_JOB_END_TIME={} leaves {:.0f} s, of which the margin takes {:g} s; ask for a "
                    "longer job, or give a shorter --time-margin",
                    text, left, margin));
  }
  return {left - margin, ""};
}

}  // namespace m2m::sweep
