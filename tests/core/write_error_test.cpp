#include "core/write_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "core/files.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

TEST(WriteError, NamesTheFileTheReasonAndWhatHelps) {
  const std::pair<int, const char*> advices[] = {
      {ENOSPC, "free space"}, {EDQUOT, "quota"}, {EFBIG, "ulimit -f"}, {EACCES, "writable"}, {EIO, "--out"}};
  for (const auto& [reason, advice] : advices) {
    const WriteError error = write_error("out/result.h5", "cannot be written", reason);
    EXPECT_EQ(error.code(), ExitCode::input_output);
    EXPECT_TRUE(testing::says(error.what(), {"out/result.h5", std::strerror(reason), advice, "the same command"}));
  }
}

TEST(WriteError, FindsTheReasonWithinALongerText) {
  const std::string text = "writing last/test: No space left on device";
  EXPECT_TRUE(testing::says(write_error("a", "cannot be written", text).what(), {"free space"}));
  const std::string other = "closing the file";
  EXPECT_FALSE(testing::says(write_error("a", "cannot be written", other).what(), {"free space"}));
}

TEST(WriteError, IsWhatWritingAFileThrows) {
  EXPECT_THROW(write_file("/proc/none/file", "x"), WriteError);
  EXPECT_THROW(make_folder("/proc/none"), WriteError);
  EXPECT_THROW(read_file("/proc/none"), Error);
}

}  // namespace
}  // namespace m2m
