// The only file that includes spdlog, because Debian's spdlog does not compile against the fmt of the torch wheel.
#include "core/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <memory>

#include "core/text.hpp"

namespace m2m {
namespace {

spdlog::logger& logger() {
  static const std::shared_ptr<spdlog::logger> instance = [] {
    auto made = spdlog::stderr_color_mt("m2m");
    made->set_pattern("%H:%M:%S %v");
    return made;
  }();
  return *instance;
}

spdlog::level::level_enum as_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(as_spdlog(level)); }
void log_info(const std::string& text) { logger().info("{}", text); }
void log_warning(const std::string& text) { logger().warn("warning: {}", text); }
void log_debug(const std::string& text) { logger().debug("{}", text); }

void print_error(const std::string& program, const std::string& sentence) {
  std::fprintf(stderr, "%s: %s\n", program.c_str(), printable(sentence).c_str());
}

}  // namespace m2m
