#include "sweep/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "study/graph.hpp"

namespace m2m::sweep {
namespace {

constexpr double redraw_interval = 0.5;
constexpr double log_interval = 60;

}  // namespace

ProgressView::ProgressView(const Scheduler& scheduler, ProgressSettings settings)
    : scheduler_(scheduler),
      settings_(std::move(settings)),
      titles_(study::titles(scheduler.graph())),
      view_{scheduler_, titles_, settings_.slots, settings_.trials_per_device},
      block_(settings_.terminal ? std::make_unique<LiveBlock>(*settings_.terminal, settings_.screen) : nullptr) {}

ProgressView::~ProgressView() {
  if (block_) block_->erase();
}

void ProgressView::log(const std::string& text) {
  if (block_) block_->erase();
  settings_.log(text);
  drawn_ = -1;
}

void ProgressView::on_started(int stage, const std::string& host) {
  last_logged_[stage] = settings_.clock();
  log(start_line(view_, stage, host));
}

void ProgressView::on_finished(int stage) {
  last_logged_.erase(stage);
  log(end_line(view_, stage, settings_.clock()));
  for (const std::string& line : scheduler_.status()[static_cast<std::size_t>(stage)].result.details) log(line);
}

void ProgressView::on_blocked(int stage) { log(blocked_line(view_, stage)); }

void ProgressView::on_log_line(int rank, const std::string& host, const std::string& text) {
  log(fmt::format("rank {} ({}): {}", rank, host, text));
}

void ProgressView::on_stopping(StopReason reason) { log(stopping_line(reason)); }

void ProgressView::on_tick(double now) {
  if (!block_) {
    log_running(now);
  } else if (drawn_ < 0 || now - drawn_ >= redraw_interval) {
    draw(now);
  }
}

void ProgressView::draw(double now) {
  std::size_t width = 0;
  for (const auto& [stage, when] : last_logged_)
    width = std::max(width, titles_[static_cast<std::size_t>(stage)].size());
  std::vector<std::string> lines;
  for (const auto& [stage, when] : last_logged_)
    lines.push_back(live_line(view_, stage, std::min<std::size_t>(width, 40)));
  std::sort(lines.begin(), lines.end());  // by rank, which is how they begin
  lines.push_back(summary_line(view_, now));
  block_->draw(lines);
  drawn_ = now;
}

void ProgressView::log_running(double now) {
  for (auto& [stage, when] : last_logged_) {
    if (now - when < log_interval) continue;
    when = now;
    log(running_line(view_, stage));
  }
}

}  // namespace m2m::sweep
