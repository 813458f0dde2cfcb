#include "core/files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>

#include "core/error.hpp"
#include "support/killed_writer.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {
namespace fs = std::filesystem;

class Files : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) / ("m2m_files_test_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path in(const char* name) const { return folder_ / name; }
  std::ptrdiff_t entries() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_;
};

void kill_self() { ::kill(::getpid(), SIGKILL); }

void write_bytes(const fs::path& path, const std::string& bytes) {
  std::ofstream stream(path, std::ios::binary);
  stream << bytes << std::flush;
}

/// Runs `action` in a child process. True if a kill ended it.
template <typename Action>
bool is_killed_in(const Action& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    action();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

TEST_F(Files, ComeBackAsWritten) {
  const std::string bytes("a\0b\r\n\xff", 6);
  write_file(in("new/deep/file"), bytes);
  EXPECT_EQ(read_file(in("new/deep/file")), bytes);
  write_file(in("new/deep/file"), "");
  EXPECT_EQ(read_file(in("new/deep/file")), "");
}

TEST_F(Files, AreRefusedWithASentenceWhereTheyCannotBeRead) {
  for (const fs::path& path : {in("absent"), folder_}) {
    EXPECT_TRUE(
        testing::says(testing::complaint([&] { read_file(path); }, ExitCode::input_output), {path.string()}));
  }
}

TEST_F(Files, AreRefusedWhereTheyCannotBeWritten) {
  write_file(in("file"), "text");
  EXPECT_THROW(write_file(in("file") / "below", "text"), Error);
  EXPECT_THROW(write_file(folder_, "text"), Error);  // a folder is in the way
  fs::create_directories(in("full") / "x");
  EXPECT_THROW(write_file(in("full"), "text"), Error);
  EXPECT_EQ(entries(), 2);  // no partial file is left
}

TEST_F(Files, DoNotReplaceAPipe) {
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  EXPECT_TRUE(testing::says(testing::complaint([&] { write_file(in("pipe"), "text"); }, ExitCode::input_output),
                            {in("pipe").string()}));
  EXPECT_TRUE(fs::is_fifo(in("pipe")));
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, StayOldAndLeaveNothingBehindUnlessCommitted) {
  write_file(in("file"), "old");
  {
    const PendingFile pending(in("file"));
    write_bytes(pending.path(), "half of the n");
    EXPECT_EQ(entries(), 2);
  }
  EXPECT_EQ(read_file(in("file")), "old");
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, AreFoundByANameThatIsNearTheirs) {
  write_bytes(in("digits.toml"), "");
  write_bytes(in("digits"), "");
  fs::create_directory(in("pictures"));
  EXPECT_EQ(nearest_entry(in("digts.toml"), ".toml"), in("digits.toml"));
  EXPECT_EQ(nearest_entry(in("picures/")), in("pictures"));
  EXPECT_EQ(nearest_entry(in("digts")), "") << "a file is no folder";
  EXPECT_EQ(nearest_entry(in("none/digts.toml"), ".toml"), "");
}

TEST_F(Files, AreRemovedIfAKilledProcessLeftThemUnfinished) {
  write_file(in("file"), "whole");
  ASSERT_TRUE(is_killed_in([&] {
    const PendingFile pending(in("file"));
    write_bytes(pending.path(), "half of the n");
    kill_self();
  }));
  ASSERT_EQ(entries(), 2);
  remove_unfinished_files(folder_);
  EXPECT_EQ(read_file(in("file")), "whole");
  EXPECT_EQ(entries(), 1);
  EXPECT_NO_THROW(remove_unfinished_files(in("missing")));
}

TEST_F(Files, AreNotRemovedWhileALiveProcessWritesThem) {
  write_file(folder_ / ("file.partial-" + std::to_string(::getppid())), "half");
  remove_unfinished_files(folder_);
  EXPECT_EQ(entries(), 1);
}

TEST_F(Files, AreSaidToBeThereOrNotOrNeither) {
  write_file(in("file"), "");
  fs::create_symlink("loop", in("loop"));
  EXPECT_TRUE(exists_or_throw(in("file")));
  EXPECT_FALSE(exists_or_throw(in("none")));
  EXPECT_FALSE(exists_or_throw(in("file") / "none"));
  EXPECT_TRUE(testing::says(testing::complaint([&] { exists_or_throw(in("loop")); }, ExitCode::input_output),
                            {in("loop").string()}));
}

TEST_F(Files, StayOldWhenTheWriterIsKilledAtAnyByte) {
  const std::string fresh = "new content";
  for (std::size_t written = 0; written <= fresh.size(); ++written) {
    write_file(in("file"), "old content");
    const auto killed = [&] {
      const PendingFile pending(in("file"));
      write_bytes(pending.path(), fresh.substr(0, written));
      kill_self();
    };
    ASSERT_TRUE(is_killed_in(killed));
    ASSERT_EQ(read_file(in("file")), "old content") << written;
  }
}

TEST_F(Files, AreOldOrNewWhenTheWriterIsKilledAnywhereInAFile) {
  const std::string old_bytes(100'000, 'o'), fresh(200'000, 'n');
  write_file(in("file"), old_bytes);
  for (int round = 0; round < 20; ++round) {
    ASSERT_TRUE(testing::kill_while_writing(in("file"), 5'000U * static_cast<unsigned>(round), [&] {
      write_file(in("file"), fresh);
      write_file(in("file"), old_bytes);
    }));
    const std::string now = read_file(in("file"));
    ASSERT_TRUE(now == old_bytes || now == fresh) << now.size();
  }
}

/// True if the process has an open file of that number.
bool is_open_in_process(int number) { return ::fcntl(number, F_GETFD) >= 0; }

TEST(FileDescriptor, IsClosedByItsOwnerOnce) {
  int number = -1;
  {
    FileDescriptor first(::open("/dev/null", O_RDONLY));
    number = first.number();
    FileDescriptor second = std::move(first);
    EXPECT_TRUE(second.is_open());
    EXPECT_TRUE(is_open_in_process(number));
    FileDescriptor third;
    third = std::move(second);
    EXPECT_EQ(third.number(), number);
  }
  EXPECT_FALSE(is_open_in_process(number));
}

TEST(FileDescriptor, MayBeClosedBeforeItsEnd) {
  FileDescriptor file(::open("/dev/null", O_RDONLY));
  const int number = file.number();
  EXPECT_TRUE(file.close());
  EXPECT_FALSE(file.is_open());
  EXPECT_FALSE(is_open_in_process(number));
  EXPECT_TRUE(file.close());  // there is nothing left to close
}

TEST(FileDescriptor, SaysWhereTheSystemRefused) {
  const FileDescriptor none(::open("/no/such/file", O_RDONLY));
  EXPECT_FALSE(none.is_open());
}

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
