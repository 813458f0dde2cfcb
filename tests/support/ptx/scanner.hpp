#pragma once
// The statements of a text in PTX.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace m2m::testing::ptx {

/// The parts of a text between any of some characters, without empty ones.
std::vector<std::string> split(std::string_view text, std::string_view between);

/// The operands of an instruction: the parts between commas that stand in no bracket, without blanks.
std::vector<std::string> split_operands(std::string_view text);

/// A statement, without comments and the semicolon behind it. entry and function: the head of a kernel or function,
/// up to its "{".
struct Statement {
  enum class Kind { entry, function, directive, label, instruction, open, close };
  Kind kind;
  std::string text;
  std::size_t line = 0, begin = 0;  // of its first character
};

class Scanner {
 public:
  /// The text has to outlive the scanner.
  explicit Scanner(std::string_view text) : text_(text) {}

  /// Returns the next statement, or nothing at the end.
  std::optional<Statement> next();

  /// The place behind the last statement.
  std::size_t at() const { return at_; }

 private:
  void skip_blanks();
  std::size_t end_of_comment() const;
  std::size_t end_of(bool is_head) const;

  std::string_view text_;
  std::size_t at_ = 0, line_ = 1;
};

}  // namespace m2m::testing::ptx
