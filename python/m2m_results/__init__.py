"""Results of m2m-sweep: the trials of a study as tables and arrays, figures, a page, event files, exports.

In a notebook:

    import m2m_results
    study = m2m_results.load("results/digits")
    study.trials                           # a row per planned trial: status, metrics in [0, 1], every setting
    study.table()                          # means over seeds in %, by label and data setting, as m2m-report prints them
    study.metrics()                        # a row per trial and metric, in %
    study.curves()                         # a row per trial and epoch
    record = study.record("09be6a1c5f0d7e42")
    record.confusion(), record.logits(), record.labels()

Means, deviations, counts, metrics, names of data settings and refusals are those of m2m-report. The package computes none
of them.
"""

from m2m_results.command_line import Failure
from m2m_results.study import Record, Study, load

__all__ = ["Failure", "Record", "Study", "load"]
