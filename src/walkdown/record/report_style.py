"""How the HTML report looks: quiet, light or dark as the reader's system is, and black on white on paper."""

from __future__ import annotations

# Percent of the width for each column: tables of one kind stand under one another, and no long word moves them.
_WIDTHS = {
    "exceptions": (11, 34, 26, 29),
    "waivers": (11, 23, 20, 13, 13, 20),
    "people": (25, 30, 13, 32),
    "hunks": (40, 60),
    "items": (25, 15, 20, 14, 26),
    "findings": (20, 17, 16, 14, 16, 17),
    "gaps": (18, 22, 28, 32),
    "doors": (24, 14, 8, 12, 12, 12, 18),
    "guards": (24, 14, 12, 8, 18, 24),
    "limits": (20, 25, 55),
    "tools": (12, 10, 27, 11, 7, 14, 19),
}

_STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1c2430;--soft:#5a6675;--line:#d9dfe6;--plane:#f4f6f8;
--bad:#a3151c;--badplane:#fdf0ef;--good:#17653a;--high:#a3151c;--medium:#8a5300;--low:#3f5468}
@media (prefers-color-scheme:dark){:root{--paper:#12161c;--ink:#dde4ec;--soft:#95a3b3;--line:#2b343f;--plane:#1a2028;
--bad:#ff8f87;--badplane:#2b1a1b;--good:#74d39a;--high:#ff8f87;--medium:#f0b860;--low:#9fb4c9}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue","DejaVu Sans",sans-serif}
main{max-width:78rem;margin:0 auto;padding:2rem 1.5rem 4rem}
h1{font-size:1.75rem;line-height:1.25;margin:.2em 0 .6em}
h2{font-size:1.2rem;margin:2.4em 0 .6em;padding-top:.7em;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.8em 0 .5em}
p{margin:.5em 0 .9em;max-width:88ch}
ul{padding-left:1.2em}li{margin:.25em 0;max-width:88ch}
code{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere;
background:var(--plane);padding:.08em .3em;border-radius:3px}
pre{background:var(--plane);padding:.9em 1em;border-radius:5px;white-space:pre-wrap;overflow-wrap:anywhere}
pre code{background:none;padding:0}
.loud{border-left:4px solid var(--bad);background:var(--badplane);padding:.8em 1em;margin:1em 0;
border-radius:0 4px 4px 0}
.bad{color:var(--bad)}.good{color:var(--good)}.critical,.high{color:var(--high)}.medium{color:var(--medium)}
.low,.info{color:var(--low)}
table{border-collapse:collapse;table-layout:fixed;width:100%;margin:.6em 0 1.2em}
th,td{text-align:left;vertical-align:top;padding:.4em .8em .4em 0;border-bottom:1px solid var(--line);
overflow-wrap:anywhere}
th{font-size:.8rem;color:var(--soft);font-weight:600;border-bottom-width:2px}
.facts{max-width:62rem}.facts th:first-child{width:11rem}.facts td:first-child{color:var(--soft)}
WIDTHS
@media screen and (max-width:46rem){main{padding:1rem}
table,tbody,tr,td{display:block;width:auto}thead{display:none}
tr{border-bottom:2px solid var(--line);padding:.6em 0}td{border:0;padding:.12em 0}td:empty{display:none}
td[data-name]{padding-left:6.5rem}td[data-name]::before{content:attr(data-name);color:var(--soft);
font-size:.8rem;float:left;width:6.2rem;margin-left:-6.5rem}
.facts td:first-child{font-size:.8rem}}
@page{size:A4;margin:16mm 14mm 18mm;@bottom-right{content:counter(page) " / " counter(pages);font-size:8pt;color:#555}}
@media print{:root{color-scheme:light;--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--plane:#fff;--bad:#8a0f15;
--badplane:#fff;--good:#0f4d2a;--high:#8a0f15;--medium:#6b4000;--low:#2f4052}
body{font-size:9pt;line-height:1.4}th,td{padding:.28em .8em .28em 0}.facts th:first-child{width:28mm}
main{max-width:none;padding:0}h1{font-size:17pt}h2{font-size:12pt}h3{font-size:10pt}
.next{break-before:page}h1,h2,h3{break-after:avoid}tr,.loud,li,pre{break-inside:avoid}thead{display:table-header-group}
pre,code{border:0;padding:0}h2{margin-top:1.6em}}
"""

_COLUMNS = "\n".join(
    "".join(f".{kind} th:nth-child({number}){{width:{width}%}}" for number, width in enumerate(widths, 1))
    for kind, widths in _WIDTHS.items()
)
STYLE = _STYLE.replace("WIDTHS", _COLUMNS)
