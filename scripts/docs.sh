#!/usr/bin/env bash
# Makes the site of the documentation, build/site/index.html, from the pages of the checkout. Fails if a link or an anchor
# leads nowhere, or if a page is in no menu. The reference of the headers is made by doxygen. mkdocs is in an environment of its own, .venv-docs, from requirements/docs.txt.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=.venv-docs
scripts/make_environment.sh $environment requirements/docs.txt
scripts/install_packages.sh doxygen
scripts/site_pages.py build/site_pages
doxygen docs/Doxyfile
NO_MKDOCS_2_WARNING=1 $environment/bin/mkdocs build --strict --config-file docs/mkdocs.yml
echo "made build/site/index.html"
