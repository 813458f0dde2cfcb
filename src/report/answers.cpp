#include "report/answers.hpp"

#include "report/table_metrics.hpp"

namespace m2m::report {
namespace {

void reduce(results::Snapshot& snapshot, const std::vector<std::int32_t>& labels, const AnswerUse& use) {
  if (snapshot.test_logits.empty()) return;
  const int classes = snapshot.test.classes;
  if (use.ranking) snapshot.test_ranking = ranking_from_logits(snapshot.test_logits, labels, classes);
  if (use.predictions) snapshot.test_predictions = predictions_from_logits(snapshot.test_logits, classes);
  if (!use.logits) snapshot.test_logits = {};
}

}  // namespace

AnswerUse answer_use(const std::vector<std::string>& metrics, const TableOptions& options) {
  AnswerUse use{options.selection};
  for (const std::string& name : metrics) use.ranking |= find_metric(name).source == MetricSource::ranking;
  use.predictions = options.resamples > 0;
  use.logits = use.ranking && options.resamples > 0;
  return use;
}

results::RecordReading reading_for(const AnswerUse& use) {
  if (!use.ranking && !use.predictions && !use.logits) return {};
  return {results::RecordParts::answers, [use](results::TrialRecord& record) {
            const AnswerUse none{use.selection};
            const bool is_last = use.selection == Selection::last;
            reduce(record.last, record.test_labels, is_last ? use : none);
            if (record.best) reduce(*record.best, record.test_labels, is_last ? none : use);
          }};
}

}  // namespace m2m::report
