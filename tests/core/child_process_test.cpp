#include "core/child_process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <new>
#include <stdexcept>

#include "core/error.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

/// The error that an action in a child causes here.
Error error_of(const std::function<std::string()>& action, const ChildLimits& limits = {}) {
  try {
    run_in_child("a.h5", limits, action);
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("no error");
}

TEST(ChildProcess, ReturnsTheTextOfAnotherProcess) {
  const std::string text = run_in_child("", {}, [] { return std::to_string(::getpid()); });
  EXPECT_NE(text, std::to_string(::getpid()));
  EXPECT_EQ(run_in_child("", {}, [] { return std::string(); }), "");
}

TEST(ChildProcess, PassesOnMoreThanAPipeHolds) {
  std::string text(3'000'001, 'x');
  text[1'500'000] = '\0';
  EXPECT_EQ(run_in_child("", {}, [&] { return text; }), text);
}

TEST(ChildProcess, PassesOnErrorsWithTheirCode) {
  const Error refused = error_of([]() -> std::string { throw usage_error("no such label"); });
  EXPECT_EQ(refused.code(), ExitCode::usage);
  EXPECT_STREQ(refused.what(), "no such label");
  EXPECT_EQ(error_of([]() -> std::string { throw std::runtime_error("a bug"); }).code(), ExitCode::internal);
}

TEST(ChildProcess, TurnsACrashIntoASentence) {
  const Error crashed = error_of([]() -> std::string {
    std::signal(SIGSEGV, SIG_DFL);
    std::raise(SIGSEGV);
    return "";
  });
  EXPECT_EQ(crashed.code(), ExitCode::bad_data);
  EXPECT_TRUE(testing::says(crashed.what(), {"a.h5", "11"}));
}

TEST(ChildProcess, TurnsTooMuchMemoryIntoASentence) {
  const Error refused = error_of([]() -> std::string { throw std::bad_alloc(); });
  EXPECT_EQ(refused.code(), ExitCode::bad_data);
  EXPECT_TRUE(testing::says(refused.what(), {"a.h5", "memory"}));
}

TEST(ChildProcess, EndsAnActionThatGoesOnForEver) {
  const Error ended = error_of(
      []() -> std::string {
        const std::atomic<bool> ends = false;
        while (!ends) {
        }
        return "";
      },
      {.seconds = 1});
  EXPECT_EQ(ended.code(), ExitCode::bad_data);
  EXPECT_TRUE(testing::says(ended.what(), {"a.h5", std::to_string(SIGALRM)}));
}

}  // namespace
}  // namespace m2m
