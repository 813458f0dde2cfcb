#include "support/ptx/parse.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "support/ptx/operations.hpp"
#include "support/ptx/scanner.hpp"

namespace m2m::testing::ptx {
namespace {

std::uint32_t bytes_of_type(std::string_view type) {
  const std::size_t digits = type.find_first_of("0123456789");
  if (digits == std::string_view::npos) return 4;  // .pred
  return static_cast<std::uint32_t>(std::stoul(std::string(type.substr(digits)))) / 8;
}

std::uint32_t aligned(std::uint32_t offset, std::uint32_t to) { return (offset + to - 1) / to * to; }

/// A declared variable or parameter: ".param .align 8 .b8 name[72]".
struct Declaration {
  std::string name;
  std::uint32_t align = 1, bytes = 0;
};

Declaration parse_declaration(const std::vector<std::string>& words) {
  Declaration declared;
  std::uint32_t of_type = 1;
  bool is_array = false;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == ".align") {
      declared.align = static_cast<std::uint32_t>(std::stoul(words[++i]));
    } else if (word.front() == '.') {
      of_type = word == ".ptr" ? of_type : bytes_of_type(word);
    } else {
      const std::size_t bracket = word.find('[');
      declared.name = word.substr(0, bracket);
      is_array = bracket != std::string::npos;
      const std::string count = is_array ? word.substr(bracket + 1, word.find(']') - bracket - 1) : "1";
      declared.bytes = count.empty() ? 0 : of_type * static_cast<std::uint32_t>(std::stoul(count));
    }
  }
  if (!is_array) declared.align = std::max(declared.align, of_type);
  return declared;
}

/// The name in ".visible .entry name( parameters )".
std::string entry_name(const std::string& text) { return split(text.substr(0, text.find('(')), " \t\n").back(); }

/// Reads the statements of a kernel into its code.
class KernelParser {
 public:
  explicit KernelParser(std::string_view text) : scanner_(text) {}

  Kernel parse() {
    while (auto statement = scanner_.next()) {
      switch (statement->kind) {
        case Statement::Kind::open:
          scopes_.emplace_back();
          break;
        case Statement::Kind::close:
          scopes_.pop_back();
          break;
        case Statement::Kind::label:
          labels_[statement->text] = kernel_.code.size();
          break;
        case Statement::Kind::entry:
          read_entry(statement->text);
          break;
        case Statement::Kind::directive:
          read_directive(statement->text);
          break;
        case Statement::Kind::instruction:
          read_instruction(*statement);
          break;
      }
    }
    for (const auto& [instruction, label] : branches_) kernel_.code[instruction].target = labels_.at(label);
    // A kernel whose last instruction is a branch or a trap ends there too.
    Instruction end;
    end.flow = Flow::exit;
    end.text = "the end of the kernel";
    kernel_.code.push_back(end);
    return kernel_;
  }

 private:
  using Names = std::map<std::string, std::uint32_t, std::less<>>;

  void read_entry(const std::string& text) {
    const std::size_t parameters = text.find('(');
    kernel_.name = entry_name(text);
    std::uint32_t offset = 0;
    for (const std::string& one : split(text.substr(parameters + 1, text.find(')') - parameters - 1), ",")) {
      const Declaration declared = parse_declaration(split(one, " \t\n"));
      offset = aligned(offset, declared.align);
      kernel_.parameters.push_back({offset, declared.bytes});
      give(declared.name, {0, Given::parameter, offset, ""});
      offset += declared.bytes;
    }
    kernel_.parameter_bytes = offset;
    const std::vector<std::string> rest = split(text.substr(text.find(')') + 1), " ,\t\n");
    const auto threads = std::find(rest.begin(), rest.end(), ".maxntid");
    if (threads == rest.end()) return;
    kernel_.max_threads = 1;
    for (auto word = threads + 1; word != rest.end() && word->front() != '.'; ++word)
      kernel_.max_threads *= static_cast<std::uint32_t>(std::stoul(*word));
  }

  void read_directive(const std::string& text) {
    const std::vector<std::string> words = split(text, " ,\t\n");
    if (words[0] == ".reg") {
      declare_registers(words);
    } else if (words[0] == ".extern" && words[1] == ".shared") {
      give(parse_declaration({words.begin() + 1, words.end()}).name, {0, Given::dynamic_shared, 0, ""});
    } else if (words[0] == ".shared") {
      declare_variable(words, Given::shared, kernel_.shared_bytes);
    } else if (words[0] == ".local") {
      declare_variable(words, Given::local, kernel_.local_bytes);
    } else if (words[0] != ".pragma" && words[0] != ".loc" && words[0] != ".file") {
      throw std::runtime_error("a directive the interpreter does not know: " + text);
    }
  }

  /// ".reg .b32 %r<17>" or ".reg .b32 low, high": the first by numbers from 0.
  void declare_registers(const std::vector<std::string>& words) {
    for (std::size_t i = 2; i < words.size(); ++i) {
      const std::size_t bracket = words[i].find('<');
      if (bracket == std::string::npos) {
        scopes_.back()[words[i]] = kernel_.registers++;
        continue;
      }
      const std::uint32_t count = static_cast<std::uint32_t>(std::stoul(words[i].substr(bracket + 1)));
      ranges_[words[i].substr(0, bracket)] = kernel_.registers;
      kernel_.registers += count;
    }
  }

  void declare_variable(const std::vector<std::string>& words, Given kind, std::uint32_t& bytes) {
    const Declaration declared = parse_declaration(words);
    bytes = aligned(bytes, declared.align);
    give(declared.name, {0, kind, bytes, ""});
    bytes += declared.bytes;
  }

  std::uint32_t give(const std::string& name, GivenRegister given) {
    given.number = kernel_.registers++;
    kernel_.given.push_back(given);
    given_[name] = given.number;
    return given.number;
  }

  void read_instruction(const Statement& statement) {
    Instruction read;
    read.line = statement.line;
    read.text = statement.text;
    std::string text = statement.text;
    if (text.front() == '@') {
      const std::size_t blank = text.find_first_of(" \t");
      read.is_negated = text[1] == '!';
      read.predicate = static_cast<std::int32_t>(
          number_of(text.substr(read.is_negated ? 2 : 1, blank - (read.is_negated ? 2 : 1))));
      text = text.substr(text.find_first_not_of(" \t", blank));
    }
    const std::size_t end = std::min(text.find_first_of(" \t"), text.size());
    std::string opcode = text.substr(0, end);
    const std::vector<std::string> operands = split_operands(text.substr(end));
    if (opcode.starts_with("bra")) {
      read.flow = Flow::branch;
      branches_.emplace_back(kernel_.code.size(), operands.at(0));
    } else {
      for (const std::string& operand : operands) add_operand(operand, read);
      if (opcode.starts_with("mov.") && operands.at(0).front() == '{') opcode += ".unpack";
      if (opcode.starts_with("mov.") && operands.at(1).front() == '{') opcode += ".pack";
      choose_operation(opcode, read);
    }
    kernel_.code.push_back(read);
  }

  void add_operand(const std::string& operand, Instruction& to) {
    if (operand.front() == '{') {
      for (const std::string& one : split(operand.substr(1, operand.size() - 2), ", ")) add_operand(one, to);
    } else if (operand.front() == '[') {
      const std::string inside = operand.substr(1, operand.size() - 2);
      const std::size_t plus = inside.find('+');
      to.registers.push_back(number_of(inside.substr(0, plus)));
      if (plus != std::string::npos) to.offset = std::stoll(inside.substr(plus + 1), nullptr, 0);
    } else if (const std::size_t bar = operand.find('|'); bar != std::string::npos) {
      to.registers.push_back(number_of(operand.substr(0, bar)));
      to.registers.push_back(number_of(operand.substr(bar + 1)));
    } else {
      to.registers.push_back(number_of(operand));
    }
  }

  /// The register of a name, of a constant or of a special register.
  std::uint32_t number_of(const std::string& name) {
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (const auto found = scope->find(name); found != scope->end()) return found->second;
    }
    if (const auto found = given_.find(name); found != given_.end()) return found->second;
    if (name.front() == '%') {
      const std::size_t digits = name.find_last_not_of("0123456789") + 1;
      const auto range = ranges_.find(name.substr(0, digits));
      if (digits < name.size() && range != ranges_.end())
        return range->second + static_cast<std::uint32_t>(std::stoul(name.substr(digits)));
      return give(name, {0, Given::special, 0, name});
    }
    return give(name, {0, Given::constant, constant(name), ""});
  }

  static std::uint64_t constant(const std::string& text) {
    if (text.starts_with("0f") || text.starts_with("0d")) return std::stoull(text.substr(2), nullptr, 16);
    if (std::isdigit(static_cast<unsigned char>(text.front())) == 0 && text.front() != '-')
      throw std::runtime_error("an operand the interpreter does not know: " + text);
    if (text.front() == '-') return static_cast<std::uint64_t>(std::stoll(text, nullptr, 0));
    return std::stoull(text, nullptr, 0);
  }

  Scanner scanner_;
  Kernel kernel_;
  std::vector<Names> scopes_{1};
  Names ranges_, given_;
  std::map<std::string, std::size_t> labels_;
  std::vector<std::pair<std::size_t, std::string>> branches_;
};

}  // namespace

std::map<std::string, std::string> kernel_texts(std::string_view module) {
  std::map<std::string, std::string> texts;
  std::string before;  // the module's own variables
  Scanner scanner(module);
  std::size_t depth = 0, begin = 0;
  std::string name;
  while (auto statement = scanner.next()) {
    if (statement->kind == Statement::Kind::entry) {
      begin = statement->begin;
      name = entry_name(statement->text);
    } else if (statement->kind == Statement::Kind::directive && depth == 0) {
      if (statement->text.find(".shared") != std::string::npos) before += statement->text + ";\n";
    } else if (statement->kind == Statement::Kind::open) {
      ++depth;
    } else if (statement->kind == Statement::Kind::close && --depth == 0) {
      texts[name] = before + std::string(module.substr(begin, scanner.at() - begin));
    }
  }
  return texts;
}

Kernel parse_kernel(std::string_view text) { return KernelParser(text).parse(); }

}  // namespace m2m::testing::ptx
