#include "support/ptx/scanner.hpp"

#include <algorithm>
#include <cctype>

namespace m2m::testing::ptx {
namespace {

bool is_blank(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string_view first_word(std::string_view text) {
  return text.substr(0, std::min(text.find_first_of(" \t\r\n;{("), text.size()));
}

/// Directives that are lines of their own, without a semicolon.
bool is_line(std::string_view text) {
  const std::string_view word = first_word(text);
  return word == ".version" || word == ".target" || word == ".address_size" || word == ".loc" || word == ".file";
}

/// The kind of a directive: the head of a kernel or function if a body follows it.
Statement::Kind kind_of_directive(std::string_view text) {
  using Kind = Statement::Kind;
  if (text.find('{') > text.find(';')) return Kind::directive;
  for (std::string_view word = first_word(text);; word = first_word(text)) {
    if (word == ".entry") return Kind::entry;
    if (word == ".func") return Kind::function;
    if (word != ".visible" && word != ".weak" && word != ".extern") return Kind::directive;
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n", word.size()), text.size()));
  }
}

std::string without_comments(std::string_view text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "//") i = std::min(text.find('\n', i), text.size() - 1);
    kept += text[i];
  }
  while (!kept.empty() && is_blank(kept.back())) kept.pop_back();
  return kept;
}

}  // namespace

std::vector<std::string> split(std::string_view text, std::string_view between) {
  std::vector<std::string> parts;
  for (std::size_t begin = text.find_first_not_of(between); begin != std::string_view::npos;) {
    const std::size_t end = std::min(text.find_first_of(between, begin), text.size());
    parts.emplace_back(text.substr(begin, end - begin));
    begin = text.find_first_not_of(between, end);
  }
  return parts;
}

std::vector<std::string> split_operands(std::string_view text) {
  std::vector<std::string> operands;
  std::string one;
  int depth = 0;
  for (const char c : text) {
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ',' && depth == 0) {
      operands.push_back(one);
      one.clear();
    } else if (!is_blank(c)) {
      one += c;
    }
  }
  if (!one.empty()) operands.push_back(one);
  return operands;
}

std::size_t Scanner::end_of_comment() const {
  const std::size_t end = text_.substr(at_, 2) == "/*" ? text_.find("*/", at_) : text_.find('\n', at_);
  return std::min(end, text_.size());
}

void Scanner::skip_blanks() {
  while (at_ < text_.size()) {
    if (text_.substr(at_, 2) == "//" || text_.substr(at_, 2) == "/*") {
      const std::size_t end = end_of_comment();
      line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
      at_ = text_.substr(end, 2) == "*/" ? end + 2 : end;
    } else if (is_blank(text_[at_]) || text_[at_] == ';') {
      if (text_[at_] == '\n') ++line_;
      ++at_;
    } else {
      return;
    }
  }
}

std::size_t Scanner::end_of(bool is_head) const {
  if (is_line(text_.substr(at_))) return std::min(text_.find('\n', at_), text_.size());
  return std::min(text_.find(is_head ? '{' : ';', at_), text_.size());
}

std::optional<Statement> Scanner::next() {
  using Kind = Statement::Kind;
  skip_blanks();
  if (at_ >= text_.size()) return std::nullopt;
  Statement statement{Kind::instruction, "", line_, at_};
  const char first = text_[at_];
  if (first == '{' || first == '}') {
    ++at_;
    statement.kind = first == '{' ? Kind::open : Kind::close;
    return statement;
  }
  const std::string_view rest = text_.substr(at_);
  const std::size_t word = std::min(rest.find_first_of(" \t\n;:{"), rest.size());
  if (first != '.' && rest.substr(word, 1) == ":" && rest.substr(word, 2) != "::") {
    statement.kind = Kind::label;
    statement.text = rest.substr(0, word);
    at_ += word + 1;
    return statement;
  }
  if (first == '.') statement.kind = kind_of_directive(rest);
  const std::size_t end = end_of(statement.kind == Kind::entry || statement.kind == Kind::function);
  statement.text = without_comments(text_.substr(at_, end - at_));
  line_ += static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                               text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
  at_ = end;
  return statement;
}

}  // namespace m2m::testing::ptx
