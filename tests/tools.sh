#!/usr/bin/env bash
# What some tests need from Debian, beside what Python's packages bring. Without it they are skipped, and say so.
#   tests/tools.sh            installs what is missing; needs root, or says what to run as root
#   tests/tools.sh --check    only says what is missing; exits with 1 where something is
set -euo pipefail

# program or file, or any of several | Debian's package | what is skipped without it
NEEDED="chromium chromium-browser google-chrome google-chrome-stable|chromium|tests/browser: the console in a real browser
pgbouncer|pgbouncer|tests/tenants/test_pgbouncer.py: the isolation tests behind PgBouncer
pdftotext|poppler-utils|tests/helpdesk/test_export_pdf.py: documents read back by another program
clamd|clamav-daemon|tests/tasks/test_scanning.py: files looked at for viruses by a real scanner
/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf|fonts-dejavu-core|PDF: the hub cannot make any
/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf|fonts-droid-fallback|PDF: Chinese, Japanese, Korean"

is_there() {
	for name in $1; do
		if PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v "$name" >/dev/null || [ -f "$name" ]; then return; fi
	done
	return 1
}

missing=()
while IFS='|' read -r names package who; do
	if ! is_there "$names"; then
		echo "missing: ${names%% *} (apt-get install $package); skipped without it: $who"
		missing+=("$package")
	fi
done <<<"$NEEDED"

if [ ${#missing[@]} -eq 0 ]; then
	echo "Everything is there."
elif [ "${1:-}" = "--check" ]; then
	exit 1
elif [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "Run as root, on Debian or Ubuntu: apt-get install --no-install-recommends ${missing[*]}"
	exit 1
else
	apt-get update --quiet=2
	DEBIAN_FRONTEND=noninteractive apt-get install --quiet=2 --yes --no-install-recommends "${missing[@]}"
	echo "Installed: ${missing[*]}"
fi
