#include "core/command_line.hpp"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <array>
#include <filesystem>
#include <new>
#include <vector>

#include "core/config.hpp"
#include "support/said.hpp"

namespace m2m {
namespace {

/// A program with the verbs get FILE --times N --order WORD --fast and put FILE --times N --order WORD; without a
/// verb it is get.
struct Parsed {
  std::string verb, file, order;
  int times = 1;
  bool fast = false;
  std::optional<std::string> answer;
};

constexpr std::array refused = {RefusedOption{"put", "--slow", "putting is fast"}};

Parsed parse(std::vector<const char*> words) {
  Parsed parsed;
  CLI::App app("Gets and puts.", "program");
  for (const char* name : {"get", "put"}) {
    CLI::App* verb = app.add_subcommand(name, std::string("How to ") + name);
    verb->callback([&parsed, name] { parsed.verb = name; });
    verb->add_option("FILE", parsed.file)->type_name("");
    verb->add_option("--times", parsed.times);
    verb->add_option("--order", parsed.order)->check(CLI::IsMember({"first", "last"}));
  }
  app.get_subcommand("get")->add_flag("--fast", parsed.fast);
  words.insert(words.begin(), "program");
  parsed.answer = parse_command_line(app, static_cast<int>(words.size()), words.data(), {"get", refused});
  return parsed;
}

/// The sentence about a wrong command line.
std::string refusal(const std::vector<const char*>& words) {
  return testing::complaint([&] { parse(words); }, ExitCode::usage);
}

TEST(CommandLine, WithoutAVerbIsThatOfTheDefaultVerb) {
  EXPECT_EQ(parse({}).verb, "get");
  const Parsed parsed = parse({"--times", "3", "file", "--fast"});
  EXPECT_EQ(parsed.verb, "get");
  EXPECT_EQ(parsed.file, "file");
  EXPECT_EQ(parsed.times, 3);
  EXPECT_TRUE(parsed.fast);
}

TEST(CommandLine, TakesTheOptionsOfAVerbBeforeAndBehindIt) {
  for (const std::vector<const char*>& words : {std::vector<const char*>{"put", "file", "--times", "3"},
                                                {"--times", "3", "put", "file"},
                                                {"--times=3", "put", "file"},
                                                {"put", "--times", "3", "file"}}) {
    const Parsed parsed = parse(words);
    EXPECT_EQ(parsed.verb, "put");
    EXPECT_EQ(parsed.file, "file");
    EXPECT_EQ(parsed.times, 3);
  }
}

TEST(CommandLine, HasAVerbOnlyInFrontOfOtherWords) {
  EXPECT_EQ(parse({"get", "put"}).file, "put");
  EXPECT_EQ(parse({"./put"}).verb, "get");
  EXPECT_NE(refusal({"file", "put"}).find("'put'"), std::string::npos);
}

TEST(CommandLine, AnswersHelpOfTheProgramAndOfEachVerb) {
  for (const std::vector<const char*>& words :
       {std::vector<const char*>{"--help"}, {"-h"}, {"file", "--help"}, {"--nosuch", "--help"}}) {
    const std::string help = parse(words).answer.value();
    EXPECT_NE(help.find("How to get"), std::string::npos) << help;
    EXPECT_NE(help.find("How to put"), std::string::npos) << help;
  }
  const std::string help = parse({"put", "--help"}).answer.value();
  EXPECT_NE(help.find("program put"), std::string::npos) << help;
  EXPECT_NE(help.find("--times"), std::string::npos) << help;
  EXPECT_EQ(help.find("--fast"), std::string::npos) << help;
  EXPECT_FALSE(parse({"put"}).answer);
}

TEST(CommandLine, AnswersTheVersionWithAndWithoutAVerb) {
  const std::string version = parse({"--version"}).answer.value();
  EXPECT_TRUE(version.starts_with("program ")) << version;
  EXPECT_EQ(parse({"put", "--version"}).answer, version);
  EXPECT_EQ(parse({"--version", "put"}).answer, version);
  EXPECT_EQ(parse({"file", "--version"}).answer, version);
}

TEST(CommandLine, ThatIsWrongIsRefusedWithWhatToDo) {
  const std::string missing = refusal({"put", "--times"});
  EXPECT_TRUE(missing.starts_with("command line: --times: ")) << missing;
  EXPECT_TRUE(missing.ends_with("; 'program put --help' explains it")) << missing;
  EXPECT_EQ(refusal({"put", "--fast"}), "command line: 'program put' takes no --fast, which is an option of get");
  EXPECT_EQ(refusal({"--slow=1", "put"}), "command line: 'program put' takes no --slow: putting is fast");
  EXPECT_EQ(refusal({"--tmes", "3"}), "command line: 'program get' takes no --tmes; did you mean --times?");
  EXPECT_EQ(refusal({"--seed=1"}),
            "command line: 'program get' takes no --seed; it takes FILE and the options of 'program get --help'");
  EXPECT_EQ(
      refusal({"put", "one", "two"}),
      "command line: 'two' is a word too many; 'program put' takes FILE and the options of 'program put --help'");
  EXPECT_EQ(refusal({"pvt", "one"}), "command line: 'pvt' is neither a command nor a file; did you mean 'put'?");
  EXPECT_EQ(refusal({"pvt"}), "command line: 'pvt' is neither a command nor a file; did you mean 'put'?");
}

TEST(CommandLine, NamesTheOptionOfAValueThatIsWrittenLikeAnOption) {
  EXPECT_EQ(parse({"put", "--order", "last"}).order, "last");
  EXPECT_EQ(refusal({"put", "--last"}), "command line: 'program put' takes no --last; did you mean --order last?");
}

TEST(CommandLine, SaysWhereABlankMayHaveCutAWord) {
  const std::string said = refusal({"get", "one,", "two"});
  EXPECT_NE(said.find("'one, two' needs quotes"), std::string::npos) << said;
  EXPECT_EQ(refusal({"get", "one", "two"}).find("quotes"), std::string::npos);
}

TEST(NumberWithin, RefusesOtherNumbersAndNaN) {
  const CLI::Validator validator = number_within(0.1, 100);
  for (const char* text : {"0.1", "5", "1e2"}) EXPECT_EQ(validator(text), "") << text;
  for (const char* text : {"0.09", "101", "-5", "nan", "inf", "five", "5x", ""})
    EXPECT_NE(validator(text), "") << text;
}

TEST(Failure, OfTheFileSystemNamesThePathAndTheReason) {
  const std::filesystem::filesystem_error failed("status", "a/b",
                                                 std::make_error_code(std::errc::filename_too_long));
  EXPECT_EQ(failure_of(failed).code, ExitCode::input_output);
  EXPECT_EQ(failure_of(failed).sentence, "a/b: File name too long");
}

TEST(Failure, OfAThreadThatTheSystemDoesNotStartSaysWhatToRaise) {
  const std::system_error failed(std::make_error_code(std::errc::resource_unavailable_try_again));
  EXPECT_EQ(failure_of(failed).code, ExitCode::input_output);
  EXPECT_NE(failure_of(failed).sentence.find("ulimit -u"), std::string::npos);
}

TEST(Failure, OfANameThatIsNotUtf8SaysSo) {
  try {
    (void)Json("\xff").dump();
    FAIL();
  } catch (const std::exception& failed) {
    EXPECT_EQ(failure_of(failed).code, ExitCode::usage);
    EXPECT_NE(failure_of(failed).sentence.find("UTF-8"), std::string::npos);
  }
}

TEST(Program, EndsWithTheCodeOfWhatItThrows) {
  EXPECT_EQ(run_program("program", [] { return ExitCode::some_failed; }), 3);
  EXPECT_EQ(run_program("program", []() -> ExitCode { throw data_error("damaged"); }), 65);
  EXPECT_EQ(run_program("program", []() -> ExitCode { throw std::bad_alloc(); }), 1);
  const std::filesystem::filesystem_error failed("reading", std::make_error_code(std::errc::io_error));
  EXPECT_EQ(run_program("program", [&]() -> ExitCode { throw failed; }), 74);
}

}  // namespace
}  // namespace m2m
