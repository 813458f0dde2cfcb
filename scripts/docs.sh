#!/usr/bin/env bash
# Makes the site of the documentation, build/site/README.html, from the pages of the checkout. Fails if a link or an anchor
# leads nowhere, or if a page is in no menu. mkdocs is in an environment of its own, .venv-docs, from requirements/docs.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.venv-docs
stamp=$(cat requirements/docs.txt <("${M2M_PYTHON:-/usr/bin/python3}" --version) | sha256sum | cut -d ' ' -f 1)
if [ "$(cat $environment/requirements.stamp 2>/dev/null)" != "$stamp" ]; then
  "${M2M_PYTHON:-/usr/bin/python3}" -m venv --clear $environment
  $environment/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --no-compile \
    --requirement requirements/docs.txt </dev/null
  echo "$stamp" >$environment/requirements.stamp
fi
scripts/site_pages.py build/site_pages
NO_MKDOCS_2_WARNING=1 $environment/bin/mkdocs build --strict --config-file docs/mkdocs.yml
echo "made build/site/index.html"
