#include "apps/describe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

#include "sweep/wording.hpp"

namespace m2m::apps {

using settings::Field;
using settings::FieldType;

namespace {

const char* type_word(FieldType type) {
  switch (type) {
    case FieldType::flag:
      return "true/false";
    case FieldType::integer:
      return "integer";
    case FieldType::number:
      return "number";
    case FieldType::text:
      return "text";
    case FieldType::numbers:
      return "numbers";
  }
  return "";
}

std::string default_text(const Field& field) {
  if (field.standard.is_null()) return "-";
  if (field.standard.is_string()) return fmt::format("'{}'", field.standard.get<std::string>());
  return value_text(field.standard);
}

std::string bounds_text(const Field& field) {
  if (field.type == FieldType::text || field.type == FieldType::flag) return "";
  if (std::isfinite(field.least) && std::isfinite(field.most)) {
    return fmt::format("from {:.10g} to {:.10g}", field.least, field.most);
  }
  if (std::isfinite(field.least)) return fmt::format("at least {:.10g}", field.least);
  return std::isfinite(field.most) ? fmt::format("at most {:.10g}", field.most) : "";
}

/// Cells in columns as wide as their widest, the last one as it comes.
std::string columns(const std::vector<std::array<std::string, 5>>& rows) {
  std::array<std::size_t, 5> widths{};
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) text += fmt::format("{:<{}}  ", row[i], widths[i]);
    text += row.back() + "\n";
  }
  return text;
}

std::string everything(const Training& training) {
  std::vector<std::array<std::string, 5>> rows = {{"setting", "type", "default", "unit", "meaning"}};
  for (const Field& field : training.fields) {
    rows.push_back({field.name, type_word(field.type), default_text(field), field.unit, field.help});
  }
  return columns(rows) + fmt::format("\n'-': follows from other settings, or has to be given.\nmethods: {}\n",
                                     fmt::join(training.method_names, ", "));
}

std::string one_field(const Field& field) {
  std::string text = fmt::format(
      "{}: {}\n  type: {}\n  default: {}\n", field.name, field.help, type_word(field.type),
      field.standard.is_null() ? "follows from other settings, or has to be given" : default_text(field));
  if (!field.unit.empty()) text += fmt::format("  unit: {}\n", field.unit);
  if (!field.choices.empty()) text += fmt::format("  one of: {}\n", fmt::join(field.choices, ", "));
  if (const std::string bounds = bounds_text(field); !bounds.empty()) text += fmt::format("  bounds: {}\n", bounds);
  if (!field.acts_where.field.empty()) {
    text +=
        fmt::format("  acts only with {} = {}\n", field.acts_where.field, fmt::join(field.acts_where.values, ", "));
  }
  return text + (field.use == settings::FieldUse::stage ? "  part of a trial's id where it acts\n"
                                                        : "  recorded, but not part of a trial's id\n");
}

std::string in_small_letters(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// The settings that have the name as one of their parts, a few of them: "train", "epochs".
std::vector<std::string> of_that_part(const std::vector<Field>& fields, const std::string& part) {
  constexpr std::size_t most_named = 5;
  std::vector<std::string> names;
  for (const Field& field : fields) {
    const bool has_part = field.name.starts_with(part + ".") || field.name.ends_with("." + part);
    if (has_part && names.size() < most_named) names.push_back(field.name);
  }
  return names;
}

}  // namespace

std::string describe(const Training& training, const std::string& subject) {
  if (subject.empty()) return everything(training);
  if (const Field* field = settings::find_field(training.fields, subject)) return one_field(*field);
  std::vector<std::string> names = training.method_names;
  if (std::count(names.begin(), names.end(), subject) > 0) return training.describe_method(subject);
  for (const Field& field : training.fields) names.push_back(field.name);
  std::vector<std::string> meant;
  for (const std::string& method : training.method_names) {
    if (in_small_letters(method) == in_small_letters(subject)) meant.push_back(method);
  }
  if (meant.empty()) meant = of_that_part(training.fields, subject);
  if (meant.empty()) meant.push_back(nearest_name(names, subject));
  throw usage_error(fmt::format("there is no setting or method '{}'; {}", subject,
                                meant.front().empty()
                                    ? "'m2m-sweep describe' lists all"
                                    : fmt::format("did you mean '{}'?", fmt::join(meant, "' or '"))));
}

}  // namespace m2m::apps
