#include "core/write_error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstring>

#include "core/files.hpp"

namespace m2m {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

const std::string again = "run the same command again";

TEST(WriteError, NamesTheFileTheReasonAndWhatHelps) {
  const std::pair<int, const char*> advices[] = {
      {ENOSPC, "free space"}, {EDQUOT, "quota"}, {EFBIG, "ulimit -f"}, {EACCES, "writable"}, {EIO, "--out"}};
  for (const auto& [reason, advice] : advices) {
    const WriteError error = write_error("out/result.h5", "cannot be written", reason);
    EXPECT_EQ(error.code(), ExitCode::input_output);
    EXPECT_EQ(std::string(error.what()).rfind("out/result.h5: ", 0), 0U) << error.what();
    for (const std::string& part : {std::string(std::strerror(reason)), std::string(advice), again}) {
      EXPECT_TRUE(has(error.what(), part)) << error.what() << ": " << part;
    }
  }
}

TEST(WriteError, FindsTheReasonWithinALongerText) {
  const std::string text = "writing last/test: No space left on device";
  EXPECT_TRUE(has(write_error("a", "cannot be written", text).what(), "free space"));
  EXPECT_FALSE(has(write_error("a", "cannot be written", std::string("closing the file")).what(), "free space"));
}

TEST(WriteError, IsWhatWritingAFileThrows) {
  EXPECT_THROW(write_file("/proc/none/file", "x"), WriteError);
  EXPECT_THROW(make_folder("/proc/none"), WriteError);
  EXPECT_THROW(read_file("/proc/none"), Error);
}

}  // namespace
}  // namespace m2m
