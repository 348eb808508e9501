"""Data Docs: what was checked and found, as static pages that need no network.

Great Expectations renders a page per suite and per validation; its pages load styles and scripts from several hosts
and its index is drawn by one of those scripts. Here the references to other hosts are taken out, a small style sheet is
written in, and the index is a page of our own: every check of the run in one table, worst first.
"""

from __future__ import annotations

import html
import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from expectations.results import CheckReport, CheckResult

# What reaches out to other hosts, and every script: they serve the styles and filters that come from those hosts.
_REMOTE = re.compile(
    r"<script\b.*?</script>"
    r"|<link\b[^>]*\bhref\s*=\s*[\"']https?://[^>]*>"
    r"|<img\b[^>]*\bsrc\s*=\s*[\"']https?://[^>]*>"
    r"|<footer>.*?</footer>",
    re.IGNORECASE | re.DOTALL,
)

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 78rem; padding: 1.5rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 1.5rem 0 .5rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
th { font-weight: 600; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
code, pre { font: .85em/1.45 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
a { color: LinkText; } .note { color: GrayText; }
.status { border-radius: .3rem; padding: .05rem .5rem; white-space: nowrap; color: #fff; background: #64748b; }
.failed, .error { background: #b42318; } .warned { background: #b54708; } .passed { background: #2d7a46; }
.modal, .cooltip, .card:has(.btn-group-toggle), p:has(> [data-toggle=collapse]) { display: none; }
.collapse { display: block !important; } ul { padding-left: 1.2rem; }
.fa-check-circle::before, .text-success .fa::before { content: "✔"; color: #2d7a46; }
.fa-times::before, .text-danger .fa::before { content: "✘"; color: #b42318; }
.fa-exclamation-triangle::before { content: "⚠"; color: #b54708; }
.row { margin: 0; } .breadcrumb { list-style: none; display: flex; gap: .5rem; padding: 0; }
"""


def localise(folder: Path) -> int:
    """Rewrites every page under the folder so that it opens without a network; returns how many there were."""
    pages = sorted(folder.rglob("*.html"))
    for page in pages:
        text = _REMOTE.sub("", page.read_text(encoding="utf-8"))
        text = text.replace("</head>", f"<style>{_STYLE}</style></head>", 1)
        page.write_text(text, encoding="utf-8")
    return len(pages)


def overview(report: CheckReport, pages: Mapping[tuple[str, str], str]) -> str:
    """The index: every check, worst first; `pages` maps (suite, schema_table) to the page of its validation."""
    rank = {"failed": 0, "error": 1, "warned": 2, "passed": 3, "skipped": 4}
    rows = []
    for result in sorted(
        report.results, key=lambda r: (rank[r.status], not r.is_blocking, r.suite, r.check_id)
    ):
        page = pages.get((result.suite, f"{result.schema_name}_{result.table_name}"))
        name = html.escape(f"{result.suite}.{result.check_id}")
        linked = f'<a href="{html.escape(page)}">{name}</a>' if page else name
        rows.append(
            f'<tr><td><span class="status {result.status}">{result.status}</span></td>'
            f"<td>{html.escape(result.sentence)}<br><span class=note><code>{linked}</code> on "
            f"<code>{html.escape(result.table)}</code>{_detail(result)}</span></td>"
            f"<td class=number>{html.escape(result.observed or '')}</td>"
            f"<td class=number>{html.escape(result.threshold or '')}</td>"
            f"<td class=number>{'' if result.failing_rows is None else format(result.failing_rows, ',')}</td>"
            f"<td>{'blocks' if result.is_blocking else ''}</td>"
            f"<td>{html.escape(result.owner.replace('_', ' '))}</td></tr>"
        )
    verdict = "Nothing keeps this build from being published."
    if not report.ok:
        count = len(report.blocking_failures)
        verdict = f"{count} blocking check{'s' * (count != 1)} failed: this build may not be published."
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Data quality</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><h1>Data quality</h1>"
        f"<p>{html.escape(verdict)} {html.escape(report.summary())}.</p>"
        f"<p class=note>Build {html.escape(report.run_id)}, describing {report.as_of.isoformat(sep=' ')} UTC.</p>"
        "<table><thead><tr><th>Status</th><th>Rule</th><th>Observed</th><th>Allowed</th><th>Failing rows</th>"
        f"<th>Gate</th><th>Owner</th></tr></thead><tbody>{''.join(rows)}</tbody></table></body></html>"
    )


def _detail(result: CheckResult) -> str:
    parts = ""
    if result.failing_keys and result.status in ("failed", "warned"):
        parts += f"<br>Rows: <code>{html.escape(', '.join(result.failing_keys))}</code>"
    if result.message:
        parts += f"<br>{html.escape(result.message)}"
    return parts


def install(built: Path, target: Path) -> None:
    """Puts a finished folder in the place of the last one; a reader sees the old pages or the new."""
    previous = target.with_name(f"{target.name}.old")
    shutil.rmtree(previous, ignore_errors=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        os.replace(target, previous)
    os.replace(built, target)
    shutil.rmtree(previous, ignore_errors=True)
