#pragma once
// Binds settings to the members of structs: a row names a setting and the member that holds its value. The
// member's initialiser is the default of the setting. Elsewhere the member stands for the setting: for its name,
// and for its value in a Config.
#include <any>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "settings/setting.hpp"

namespace m2m::settings {

/// A value of an enum and its word.
template <class Enum>
struct Word {
  const char* text;
  Enum value;
};

/// The words of an enum, in the order of help: a specialisation has `list`, an array of them.
template <class Enum>
struct Words;

/// The word of a value. Pure.
template <class Enum>
std::string to_text(Enum value) requires requires {
  Words<Enum>::list;
}
{
  for (const Word<Enum>& word : Words<Enum>::list) {
    if (word.value == value) return word.text;
  }
  throw internal_error("a value of an enum has no word");
}

/// The value of a word. Pure. Throws Error (internal) unless `text` is one of the words of the enum; resolve()
/// checks that.
template <class Enum>
Enum parse_word(const std::string& text) {
  for (const Word<Enum>& word : Words<Enum>::list) {
    if (text == word.text) return word.value;
  }
  throw internal_error("'" + text + "' is not a word of its setting");
}

/// The form of a member of that type in a Config.
template <class Member>
struct Stored;

template <>
struct Stored<bool> {
  static constexpr SettingType type = SettingType::flag;
  static Json json(bool value) { return value; }
  static bool read(const Config& config, const std::string& name) { return config.flag(name); }
};
template <class Member>
requires(std::is_integral_v<Member> && !std::is_same_v<Member, bool>) struct Stored<Member> {
  static constexpr SettingType type = SettingType::integer;
  static Json json(Member value) { return static_cast<std::int64_t>(value); }
  static Member read(const Config& config, const std::string& name) {
    return static_cast<Member>(config.integer(name));
  }
};
template <>
struct Stored<double> {
  static constexpr SettingType type = SettingType::number;
  static Json json(double value) { return value; }
  static double read(const Config& config, const std::string& name) { return config.number(name); }
};
template <>
struct Stored<std::string> {
  static constexpr SettingType type = SettingType::text;
  static Json json(const std::string& value) { return value; }
  static std::string read(const Config& config, const std::string& name) { return config.text(name); }
};
template <>
struct Stored<std::vector<double>> {
  static constexpr SettingType type = SettingType::numbers;
  static Json json(const std::vector<double>& value) { return value; }
  static std::vector<double> read(const Config& config, const std::string& name) { return config.numbers(name); }
};
template <class Enum>
requires std::is_enum_v<Enum>
struct Stored<Enum> {
  static constexpr SettingType type = SettingType::text;
  static Json json(Enum value) { return to_text(value); }
  static Enum read(const Config& config, const std::string& name) { return parse_word<Enum>(config.text(name)); }
};
template <class Member>
struct Stored<std::optional<Member>> {
  static constexpr SettingType type = Stored<Member>::type;
  static Json json(const std::optional<Member>& value) { return value ? Stored<Member>::json(*value) : Json(); }
  static std::optional<Member> read(const Config& config, const std::string& name) {
    if (!config.has(name)) return std::nullopt;
    return Stored<Member>::read(config, name);
  }
};

template <class Member>
struct WithoutOptional {
  using type = Member;
};
template <class Member>
struct WithoutOptional<std::optional<Member>> {
  using type = Member;
};

/// A row: a setting and the member of Group that holds its value.
template <class Group>
class Row {
 public:
  template <class Member>
  Row(const char* name, Member Group::*member) : member_(member) {
    setting_.name = name;
    setting_.type = Stored<Member>::type;
    setting_.default_value = Stored<Member>::json(Group{}.*member);
    if constexpr (std::is_enum_v<typename WithoutOptional<Member>::type>) {
      for (const auto& entry : Words<typename WithoutOptional<Member>::type>::list) {
        setting_.choices.emplace_back(entry.text);
      }
    }
    read_ = [member, name = setting_.name](const Config& resolved, Group& group) {
      group.*member = Stored<Member>::read(resolved, name);
    };
    json_ = [member](const Group& group) { return Stored<Member>::json(group.*member); };
  }

  Row help(const char* sentence) && {
    return with([&](Setting& s) { s.help = sentence; });
  }
  Row unit(const char* unit) && {
    return with([&](Setting& s) { s.unit = unit; });
  }
  Row at_least(double min) && {
    return with([&](Setting& s) { s.min = min; });
  }
  Row range(double min, double max) && {
    return with([&](Setting& s) { std::tie(s.min, s.max) = std::pair{min, max}; });
  }
  Row choices(std::vector<std::string> words) && {
    return with([&](Setting& s) { s.choices = std::move(words); });
  }
  /// resolve() computes it from other settings if a study does not give it.
  Row derived() && {
    return with([](Setting& s) { s.default_value = nullptr; });
  }
  Row acts_if(Condition condition) && {
    return with([&](Setting& s) { s.acts_if = std::move(condition); });
  }
  Row acts(bool (*condition)(const Config&)) && {
    return with([&](Setting& s) { s.acts = condition; });
  }
  Row provenance() && {
    return with([](Setting& s) { s.traits.provenance = true; });
  }
  Row seed() && {
    return with([](Setting& s) { s.traits.seed = true; });
  }
  Row data() && {
    return with([](Setting& s) { s.traits.data = s.traits.acts_post_hoc = true; });
  }
  Row cuts_data() && {
    return with([](Setting& s) { s.traits.cuts_data = true; });
  }
  Row acts_elsewhere() && {
    return with([](Setting& s) { s.traits.acts_elsewhere = true; });
  }
  Row acts_post_hoc() && {
    return with([](Setting& s) { s.traits.acts_post_hoc = true; });
  }
  Row silent_at_default() && {
    return with([](Setting& s) { s.traits.silent_at_default = true; });
  }

  const Setting& setting() const { return setting_; }
  template <class Member>
  bool binds(Member Group::*member) const {
    const auto* bound = std::any_cast<Member Group::*>(&member_);
    return bound != nullptr && *bound == member;
  }
  void read(const Config& resolved, Group& group) const { read_(resolved, group); }
  /// The value of the member, as in a Config.
  Json json(const Group& group) const { return json_(group); }

 private:
  template <class Change>
  Row with(Change change) {
    change(setting_);
    return std::move(*this);
  }

  Setting setting_;
  std::any member_;  // a Member Group::*
  std::function<void(const Config&, Group&)> read_;
  std::function<Json(const Group&)> json_;
};

/// The rows of a group of settings.
template <class Group>
using Rows = std::vector<Row<Group>>;

/// The rows of a group, in the order in which `m2m-sweep describe` lists them; specialised beside each struct.
template <class Group>
const Rows<Group>& rows();

/// Makes a row of a setting and its member; its methods add traits.
template <class Group, class Member>
Row<Group> setting(const char* name, Member Group::*member) {
  return Row<Group>(name, member);
}

/// Reads all settings of a group. Pure. Throws Error (internal) if `resolved` lacks one that is not optional.
template <class Group>
Group read(const Config& resolved) {
  Group group;
  for (const Row<Group>& row : rows<Group>()) row.read(resolved, group);
  return group;
}

/// The name of the setting that a member holds: "m2m.beta" of &M2mSettings::beta. Pure. Throws Error (internal) if
/// the member has no row.
template <class Group, class Member>
const std::string& name_of(Member Group::*member) {
  for (const Row<Group>& row : rows<Group>()) {
    if (row.binds(member)) return row.setting().name;
  }
  throw internal_error("a member of a group of settings has no row");
}

/// Reads one setting of a config that may lack others. Pure. Throws Error (internal) if it lacks this one.
template <class Group, class Member>
Member value_of(const Config& config, Member Group::*member) {
  return Stored<Member>::read(config, name_of(member));
}

/// Reads one setting, or returns nothing if `config` lacks it. Pure.
template <class Group, class Member>
std::optional<Member> find_value(const Config& config, Member Group::*member) {
  if (!config.has(name_of(member))) return std::nullopt;
  return value_of(config, member);
}

/// True if `config` has the setting with that value. Unknown words, which files of results may have, count as
/// other values. Pure.
template <class Group, class Member>
bool has_value(const Config& config, Member Group::*member, const std::type_identity_t<Member>& value) {
  const std::string& name = name_of(member);
  return config.has(name) && config.json().at(name) == Stored<Member>::json(value);
}

/// Gives the setting of a member a value.
template <class Group, class Member>
void set_value(Config& config, Member Group::*member, const std::type_identity_t<Member>& value) {
  config.set(name_of(member), Stored<Member>::json(value));
}

}  // namespace m2m::settings
