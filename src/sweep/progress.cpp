#include "sweep/progress.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "study/titles.hpp"

namespace m2m::sweep {
namespace {

constexpr double redraw_every = 0.5;
constexpr double say_every = 60;

}  // namespace

ProgressView::ProgressView(const Scheduler& scheduler, ProgressSettings settings)
    : scheduler_(scheduler),
      settings_(std::move(settings)),
      titles_(study::titles(scheduler.graph())),
      view_{scheduler_, titles_, settings_.seats, settings_.trials_per_device},
      block_(settings_.terminal ? std::make_unique<LiveBlock>(*settings_.terminal, settings_.screen) : nullptr) {}

ProgressView::~ProgressView() {
  if (block_) block_->erase();
}

void ProgressView::say(const std::string& text) {
  if (block_) block_->erase();
  settings_.line(text);
  drawn_ = -1;
}

void ProgressView::started(int stage, const std::string& place) {
  said_[stage] = settings_.clock();
  say(start_line(view_, stage, place));
}

void ProgressView::ended(int stage) {
  said_.erase(stage);
  say(end_line(view_, stage, settings_.clock()));
  for (const std::string& line : scheduler_.status()[static_cast<std::size_t>(stage)].result.details) say(line);
}

void ProgressView::blocked(int stage) { say(blocked_line(view_, stage)); }

void ProgressView::remarked(int rank, const std::string& place, const std::string& text) {
  say(fmt::format("rank {} ({}): {}", rank, place, text));
}

void ProgressView::stopping(StopReason reason) { say(stopping_line(reason)); }

void ProgressView::tick(double now) {
  if (!block_) {
    say_what_runs(now);
  } else if (drawn_ < 0 || now - drawn_ >= redraw_every) {
    draw(now);
  }
}

void ProgressView::draw(double now) {
  std::size_t width = 0;
  for (const auto& [stage, when] : said_) width = std::max(width, titles_[static_cast<std::size_t>(stage)].size());
  std::vector<std::string> lines;
  for (const auto& [stage, when] : said_)
    lines.push_back(live_line(view_, stage, std::min<std::size_t>(width, 40)));
  std::sort(lines.begin(), lines.end());  // by rank, which is how they begin
  lines.push_back(summary_line(view_, now));
  block_->draw(lines);
  drawn_ = now;
}

void ProgressView::say_what_runs(double now) {
  for (auto& [stage, when] : said_) {
    if (now - when < say_every) continue;
    when = now;
    say(running_line(view_, stage));
  }
}

}  // namespace m2m::sweep
