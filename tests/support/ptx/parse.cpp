#include "support/ptx/parse.hpp"

#include <algorithm>
#include <stdexcept>

#include "support/ptx/declaration.hpp"
#include "support/ptx/operations.hpp"
#include "support/ptx/scanner.hpp"

namespace m2m::testing::ptx {
namespace {

std::uint32_t aligned(std::uint32_t offset, std::uint32_t to) { return (offset + to - 1) / to * to; }

/// The name in ".visible .entry name( parameters )".
std::string entry_name(const std::string& text) { return split(text.substr(0, text.find('(')), " \t\n").back(); }

/// 90 of ".target sm_90a".
unsigned target_of(const std::string& text) {
  const std::size_t number = text.find("sm_");
  if (number == std::string::npos) throw std::runtime_error("a target the interpreter does not know: " + text);
  return static_cast<unsigned>(std::stoul(text.substr(number + 3)));
}

/// Reads the statements of a kernel into its code.
class KernelParser {
 public:
  explicit KernelParser(std::string_view text) : scanner_(text) {}

  Kernel parse() {
    while (auto statement = scanner_.next()) read(*statement);
    for (const auto& [instruction, label] : branches_) {
      const auto found = labels_.find(label);
      if (found == labels_.end()) throw std::runtime_error("a branch to a label that is missing: " + label);
      kernel_.code[instruction].target = found->second;
    }
    // A kernel whose last instruction is a branch or a trap ends there too.
    Instruction end;
    end.flow = Flow::exit;
    end.text = "the end of the kernel";
    kernel_.code.push_back(end);
    return kernel_;
  }

 private:
  using Names = std::map<std::string, std::uint32_t, std::less<>>;

  /// The registers that are declared between two braces.
  struct Registers {
    Names single, ranges;  // by name; the first of those with a number behind the name
  };

  void read(const Statement& statement) {
    switch (statement.kind) {
      case Statement::Kind::open:
        scopes_.emplace_back();
        break;
      case Statement::Kind::close:
        scopes_.pop_back();
        break;
      case Statement::Kind::label:
        if (!labels_.emplace(statement.text, kernel_.code.size()).second)
          throw std::runtime_error("a label that is there twice, which the interpreter does not know: " +
                                   statement.text);
        break;
      case Statement::Kind::entry:
        read_entry(statement.text);
        break;
      case Statement::Kind::function:
        throw std::runtime_error("a function in a kernel: " + statement.text);
      case Statement::Kind::directive:
        read_directive(statement.text);
        break;
      case Statement::Kind::instruction:
        read_instruction(statement);
        break;
    }
  }

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
    read_limits(split(text.substr(text.find(')') + 1), " ,\t\n"));
  }

  /// ".maxntid 256, 1, 1 .minnctapersm 2": the second one only advises the compiler.
  void read_limits(const std::vector<std::string>& words) {
    std::string limit;
    for (const std::string& word : words) {
      if (word.front() != '.') {
        if (limit == ".maxntid") kernel_.max_threads *= static_cast<std::uint32_t>(parse_constant(word));
        continue;
      }
      limit = word;
      if (limit == ".maxntid") {
        kernel_.max_threads = 1;
      } else if (limit != ".minnctapersm" && limit != ".maxnreg") {
        throw std::runtime_error("a limit of a kernel that the interpreter does not know: " + limit);
      }
    }
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
      if (words[i].front() == '.')
        throw std::runtime_error("registers that the interpreter does not know: " + words[i]);
      const std::size_t bracket = words[i].find('<');
      if (bracket == std::string::npos) {
        scopes_.back().single[words[i]] = kernel_.registers++;
        continue;
      }
      const std::string_view count = std::string_view(words[i]).substr(bracket + 1);
      scopes_.back().ranges[words[i].substr(0, bracket)] = kernel_.registers;
      kernel_.registers += static_cast<std::uint32_t>(parse_constant(count.substr(0, count.find('>'))));
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
    if (!given_.emplace(name, given.number).second)
      throw std::runtime_error("a name that is declared twice, which the interpreter does not know: " + name);
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
    if (opcode == "bra" || opcode == "bra.uni") {
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
      if (plus != std::string::npos) to.offset = static_cast<std::int64_t>(parse_constant(inside.substr(plus + 1)));
    } else if (const std::size_t bar = operand.find('|'); bar != std::string::npos) {
      to.registers.push_back(number_of(operand.substr(0, bar)));
      to.registers.push_back(number_of(operand.substr(bar + 1)));
    } else {
      to.registers.push_back(number_of(operand));
    }
  }

  /// The register of a name, of a constant or of a special register.
  std::uint32_t number_of(const std::string& name) {
    const std::size_t digits = name.find_last_not_of("0123456789") + 1;
    for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
      if (const auto found = scope->single.find(name); found != scope->single.end()) return found->second;
      const auto range = scope->ranges.find(std::string_view(name).substr(0, digits));
      if (digits < name.size() && range != scope->ranges.end())
        return range->second + static_cast<std::uint32_t>(std::stoul(name.substr(digits)));
    }
    if (const auto found = given_.find(name); found != given_.end()) return found->second;
    if (name.front() == '%') return give(name, {0, Given::special, 0, name});
    return give(name, {0, Given::constant, parse_constant(name), ""});
  }

  Scanner scanner_;
  Kernel kernel_;
  std::vector<Registers> scopes_{1};
  Names given_;
  std::map<std::string, std::size_t> labels_;
  std::vector<std::pair<std::size_t, std::string>> branches_;
};

}  // namespace

Kernel Module::kernel(const std::string& name) const {
  const auto found = texts.find(name);
  if (found == texts.end()) throw std::runtime_error("the PTX of the program has no kernel " + name);
  return parse_kernel(found->second);
}

Module parse_module(std::string_view text) {
  Module module;
  std::string before;  // the module's own variables
  Scanner scanner(text);
  std::size_t depth = 0, begin = 0;
  std::string name;  // of the kernel, none of a function
  while (auto statement = scanner.next()) {
    if (statement->kind == Statement::Kind::entry || statement->kind == Statement::Kind::function) {
      begin = statement->begin;
      name = statement->kind == Statement::Kind::entry ? entry_name(statement->text) : "";
    } else if (statement->kind == Statement::Kind::directive && depth == 0) {
      if (statement->text.find(".shared") != std::string::npos) before += statement->text + ";\n";
      if (statement->text.starts_with(".target")) module.target = target_of(statement->text);
    } else if (statement->kind == Statement::Kind::open) {
      ++depth;
    } else if (statement->kind == Statement::Kind::close) {
      if (depth == 0) throw std::runtime_error("PTX with a brace that closes nothing");
      if (--depth == 0 && !name.empty())
        module.texts[name] = before + std::string(text.substr(begin, scanner.at() - begin));
    }
  }
  return module;
}

Kernel parse_kernel(std::string_view text) { return KernelParser(text).parse(); }

}  // namespace m2m::testing::ptx
