#include "study/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "settings/table.hpp"
#include "study/study_points.hpp"

namespace m2m::study {
namespace {

bool is_in_a_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// Whether the name that ends before `position` ends there: "train.lr" is not named by "train.lr_drops".
bool ends_a_name(const std::string& sentence, std::size_t position) {
  if (position >= sentence.size()) return true;
  if (sentence[position] == '.') return position + 1 >= sentence.size() || !is_in_a_name(sentence[position + 1]);
  return !is_in_a_name(sentence[position]);
}

bool mentions(const std::string& sentence, const std::string& name) {
  for (std::size_t at = sentence.find(name); at != std::string::npos; at = sentence.find(name, at + 1)) {
    const bool begins = at == 0 || (!is_in_a_name(sentence[at - 1]) && sentence[at - 1] != '.');
    if (begins && ends_a_name(sentence, at + name.size())) return true;
  }
  return false;
}

/// The place to look at: where the field that the sentence begins with is set, else another field it names.
std::string place_of(const Study& study, const StudyPoint& point, std::span<const settings::Setting> fields,
                     const std::string& sentence) {
  int line = -1;
  for (const settings::Setting& field : fields) {
    const int candidate = line_setting(study, point, field.name);
    if (candidate < 0 || !mentions(sentence, field.name)) continue;
    const bool is_first = sentence.starts_with(field.name) && ends_a_name(sentence, field.name.size());
    if (is_first) return where(study, candidate);
    if (line < 0) line = candidate;
  }
  if (line < 0 && point.point >= 0) line = study.points[static_cast<std::size_t>(point.point)].line;
  return line < 0 ? study.file : where(study, line);
}

struct PlannedPoint {
  StudyPoint point;
  StageRequest request;
  std::string id;
};

PlannedPoint plan_point(const Study& study, const StudyPoint& point, std::span<const settings::Setting> fields,
                        const ResolveConfig& resolve, const PlanStage& plan) {
  try {
    StageRequest request = plan(resolve(point.given), label_of(point));
    std::string id = stage_id(request.identity);
    return {point, std::move(request), std::move(id)};
  } catch (const Error& error) {
    if (error.code() != ExitCode::usage) throw;
    throw usage_error(fmt::format("{}: {}", place_of(study, point, fields, error.what()), error.what()));
  }
}

/// Which settings differ although the trial is the same: they do not act in it.
std::set<std::string> idle_settings(const std::vector<PlannedPoint*>& same) {
  std::map<std::string, std::string> first;
  std::set<std::string> idle;
  for (const PlannedPoint* planned : same) {
    for (const LabelPart& part : planned->point.parts) {
      const auto [seen, is_new] = first.emplace(part.field, part.text);
      if (!is_new && seen->second != part.text) idle.insert(part.field);
    }
  }
  return idle;
}

/// Gives points that are the same trial one label, or says that they have two.
void settle_labels(const Study& study, const std::vector<PlannedPoint*>& same) {
  const std::set<std::string> idle = idle_settings(same);
  for (PlannedPoint* planned : same) {
    std::erase_if(planned->point.parts, [&](const LabelPart& part) { return idle.contains(part.field); });
    planned->request.label = label_of(planned->point);
  }
  const std::string& label = same.front()->request.label;
  for (const PlannedPoint* planned : same) {
    if (planned->request.label == label) continue;
    const int own = planned->point.point;
    throw usage_error(
        fmt::format("{}: '{}' and '{}' are the same trial {}: no setting that acts in it differs; keep one",
                    own < 0 ? study.file : where(study, study.points[static_cast<std::size_t>(own)].line), label,
                    planned->request.label, planned->id));
  }
}

/// What a table tells rows and columns by.
std::string cell_key(const StageRequest& request) {
  Json key = settings::with_trait(request.config, &settings::Traits::data);
  key.update(settings::with_trait(request.config, &settings::Traits::seed));
  key["label"] = request.label;
  return canonical_json(key);
}

void check_cells(const Study& study, const std::vector<PlannedPoint>& planned) {
  std::map<std::string, const PlannedPoint*> cells;
  for (const PlannedPoint& each : planned) {
    const auto [seen, is_new] = cells.emplace(cell_key(each.request), &each);
    if (is_new || seen->second->id == each.id) continue;
    const int own = each.point.point;
    throw usage_error(fmt::format(
        "{}: two different trials are labelled '{}' for the same data and seed; give one another label",
        own < 0 ? study.file : where(study, study.points[static_cast<std::size_t>(own)].line), each.request.label));
  }
}

}  // namespace

StageGraph plan_study(const Study& study, std::span<const settings::Setting> fields, const ResolveConfig& resolve,
                      const PlanStage& plan) {
  std::vector<PlannedPoint> planned;
  for (const StudyPoint& point : expand(study)) planned.push_back(plan_point(study, point, fields, resolve, plan));
  std::map<std::string, std::vector<PlannedPoint*>> by_id;
  for (PlannedPoint& each : planned) by_id[each.id].push_back(&each);
  for (const auto& [id, same] : by_id) settle_labels(study, same);
  check_cells(study, planned);
  std::vector<StageRequest> requests;
  for (PlannedPoint& each : planned) requests.push_back(std::move(each.request));
  return make_graph(requests);
}

}  // namespace m2m::study
