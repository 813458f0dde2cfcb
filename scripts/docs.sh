#!/usr/bin/env bash
# Makes the site of the documentation, build/site/README.html, from the pages of the checkout. Fails if a link or an anchor
# leads nowhere, or if a page is in no menu. mkdocs is in an environment of its own, .venv-docs, from requirements/docs.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.venv-docs
scripts/make_environment.sh $environment requirements/docs.txt
scripts/site_pages.py build/site_pages
NO_MKDOCS_2_WARNING=1 $environment/bin/mkdocs build --strict --config-file docs/mkdocs.yml
echo "made build/site/index.html"
