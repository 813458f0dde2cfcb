"""Settings and environment of every trial: first those that all share, then the others of each trial."""

import json

from webpage.markup import box, facts, fold, text


def shown(value):
    """A setting as text: JSON without quotes around texts."""
    return value if isinstance(value, str) and value else json.dumps(value)


def shared(dictionaries):
    """The entries that are equal in all dictionaries."""
    if not dictionaries:
        return {}
    first = dictionaries[0]
    return {name: value for name, value in first.items()
            if all(name in other and other[name] == value for other in dictionaries)}


def without(dictionary, common):
    """The entries of `dictionary` whose names are not in `common`."""
    return {name: value for name, value in dictionary.items() if name not in common}


def listing(entries):
    """Entries as a list of definitions."""
    return facts([(name, shown(value)) for name, value in entries.items()])


def read_environment(file, trial):
    """Host, device and versions of a trial's run; empty if it has no record."""
    path = f"trial/{trial}/json/environment"
    return json.loads(file[path][()]) if path in file else {}


def trial_entry(trial, status, config, environment):
    """The entry of one trial, which unfolds."""
    content = listing(config) or ""
    if environment:
        content += "<h4>Environment</h4>" + listing(environment)
    return fold(f"{trial['label']}, seed {trial['config'].get('seed', '-')}: {status} ({trial['id']})", content)


def configurations(file, study, statuses):
    """Settings and environments of all trials; `statuses` by id."""
    trials = list({trial["id"]: trial for trial in study["trials"]}.values())
    environments = {trial["id"]: read_environment(file, trial["id"]) for trial in trials}
    ran = [environment for environment in environments.values() if environment]
    common, common_environment = shared([trial["config"] for trial in trials]), shared(ran)
    parts = [fold(f"Settings common to all {len(trials)} trials ({len(common)})", listing(common))]
    if common_environment:
        parts.append(fold(f"Environment common to all trials ({len(common_environment)})", listing(common_environment)))
    entries = [trial_entry(trial, statuses.get(trial["id"], "missing"), without(trial["config"], common),
                           without(environments[trial["id"]], common_environment)) for trial in trials]
    parts.append(fold(f"Settings and environment of each of the {len(trials)} trials", "\n".join(entries)))
    return "\n".join(parts)


def revisions(file, trials):
    """(revision, true if it had uncommitted changes) of the trials with a record, without repetitions, in order."""
    found = [read_environment(file, trial) for trial in trials]
    return list(dict.fromkeys((each["revision"], bool(each.get("dirty"))) for each in found if "revision" in each))


def command(study, revision_list):
    """The command that reproduces these results, and the program's revision."""
    lines = [f"<pre><code>{text(study)}</code></pre>"]
    for revision, changed in revision_list:
        changes = ", with uncommitted changes" if changed else ""
        lines.append(f"<p>Program's revision <code>{text(revision)}</code>{changes}.</p>")
    lines.append("<p>Settings given on the command line are not recorded as such; they are among those above.</p>")
    return box("Command", lines[0]) + "\n" + "\n".join(lines[1:])
