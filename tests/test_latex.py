"""Tables and citations as LaTeX sees them: they compile without a warning, in one column and in two."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.export import latex
from core.export.latex_layout import PAGE, layout
from core.export.latex_text import escaped
from core.export.provenance import CitedTokenizer, Provenance, to_latex
from core.export.references import FLORES, PREMIUM, bibliography, papers, papers_of, references
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.premium import premiums, resample
from core.text.languages import language

PDFLATEX = shutil.which("pdflatex")
needs_tex = pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed (texlive-latex-recommended)")
ODD = '50 % of #1_own & ~a^b {c} \\d $e | <f> "g" é ọ́ Đ 日本 سلام −½'
ABOUT = Provenance(
    what="Token premiums over English per line",
    corpus="FLORES-200 dev + devtest",
    corpus_fingerprint="2d1e0da105b15844",
    sentences="2,009",
    tokenizers=(CitedTokenizer("GPT-2", "a36c6443bc67d9d3"), CitedTokenizer(ODD, "0123456789abcdef")),
    counted="2026-11-22",
    versions=("tiktoken 0.14.0",),
    licence="",
    link="https://atlas.example.org/premium?find=50%25_a#b",
    retrieved="2026-11-25",
    references=(FLORES, PREMIUM),
)
KEYS = ["gpt-2", "cl100k", "o200k", "llama-2", "llama-3", "qwen", "tekken-240718", "xlm-r"]


def compiled(folder: Path, body: str, options: str, *, bibtex: Sequence[str] = ()) -> str:
    """The log of a small paper with this body, whose bibliography is in these files."""
    files = [f"refs{n}" for n in range(len(bibtex))]
    cite = f"\\nocite{{*}}\\bibliographystyle{{plain}}\\bibliography{{{','.join(files)}}}" if bibtex else ""
    packages = "\\usepackage{booktabs,graphicx,url}"
    document = f"\\documentclass[{options}]{{article}}{packages}\\begin{{document}}Text.\n{body}{cite}\\end{{document}}"
    (folder / "a.tex").write_text(document, encoding="utf-8")
    _write(folder, bibtex)
    assert PDFLATEX is not None
    steps = [["bibtex", "a"], [PDFLATEX, "a"]] if bibtex else []
    for command in [[PDFLATEX, "a"], *steps]:
        more = [] if command[0] == "bibtex" else ["-interaction=nonstopmode", "-halt-on-error"]
        done = subprocess.run([command[0], *more, command[1]], cwd=folder, capture_output=True, text=True, timeout=240,
                              check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout[-1500:]
        assert "Warning--" not in done.stdout
    return (folder / "a.log").read_text(encoding="utf-8", errors="replace")


def long_table(n_languages: int, keys: list[str]) -> dict[str, list[object]]:
    table = shipped_atlas(keys).select(languages=[*shipped_atlas(keys).languages[: n_languages - 1], "eng_Latn"])
    found = premiums(table, "eng_Latn", "line", resample(table, 40))
    cells = [(k, n) for k in range(len(keys)) for n in range(len(table.languages))]
    return {
        "Language": [language(table.languages[n]).label for _, n in cells],
        "Tokenizer": [table.tokenizers[k].label for k, _ in cells],
        **{name: [float(side[cell]) for cell in cells] for name, side in
           (("Premium", found.value), ("Low", found.low), ("High", found.high))},
    }  # fmt: skip


@needs_tex
@pytest.mark.parametrize("options", ["10pt", "twocolumn,10pt"])
@pytest.mark.parametrize(("n_languages", "n_tokenizers"), [(3, 1), (12, 2), (20, 8), (120, 8)])
def test_a_table_of_premiums_fits(tmp_path: Path, options: str, n_languages: int, n_tokenizers: int) -> None:
    text = to_latex(long_table(n_languages, KEYS[:n_tokenizers]), ABOUT)
    log = compiled(tmp_path, text, options)
    assert "Overfull" not in log and "too large" not in log and "multiply defined" not in log


@needs_tex
def test_any_name_and_any_length_of_words_compiles(tmp_path: Path) -> None:
    names = [ODD, "[1]", "*", *(f"{chr(c)}{chr(c + 1)}" for c in range(0xA1, 0x250, 2))]
    columns = {
        "Language": names,
        "All its languages, with #": ["a word and more of them " * 12] * len(names),
        ODD: [1.0] * len(names),
    }
    assert "Overfull" not in compiled(tmp_path, to_latex(columns, ABOUT), "10pt")


def _write(folder: Path, bibtex: Sequence[str]) -> None:
    for n, text in enumerate(bibtex):
        (folder / f"refs{n}.bib").write_text(text, encoding="utf-8")


def several_views() -> list[str]:
    """All files of a bibliography of two views of a day."""
    views = [replace(ABOUT, tokenizers=tokenizers) for tokenizers in (ABOUT.tokenizers, ABOUT.tokenizers[:1])]
    return [*map(bibliography, views), papers()]


@needs_tex
def test_the_bibliography_of_several_views_compiles_with_every_paper(tmp_path: Path) -> None:
    """Each view brought its papers along, and BibTeX ends with an error where a key occurs twice."""
    assert "undefined" not in compiled(tmp_path, "", "10pt", bibtex=several_views())


@pytest.mark.skipif(PDFLATEX is None or shutil.which("biber") is None, reason="biber is not installed (biber)")
def test_biblatex_reads_the_bibliography_of_several_views(tmp_path: Path) -> None:
    """Names are plain ones here: biber makes letters of their LaTeX, of which pdfLaTeX has not all."""
    views = [replace(ABOUT, tokenizers=ABOUT.tokenizers[:n]) for n in (0, 1)]
    _write(tmp_path, [*map(bibliography, views), papers()])
    files = "".join(f"\\addbibresource{{refs{n}.bib}}" for n in range(3))
    (tmp_path / "a.tex").write_text(
        f"\\documentclass{{article}}\\usepackage{{url}}\\usepackage[backend=biber]{{biblatex}}{files}"
        "\\begin{document}\\nocite{*}\\printbibliography\\end{document}"
    )
    for command in (["pdflatex", "-interaction=nonstopmode", "a"], ["biber", "a"]) * 2:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240, check=False)
        assert done.returncode == 0 and "WARN" not in done.stdout, done.stdout[-1500:]
    assert len(re.findall(r"^ +\\entry\{", (tmp_path / "a.bbl").read_text(encoding="utf-8"), re.M)) == 2 + len(
        references()
    )


def test_a_key_occurs_once_among_all_files() -> None:
    keys = re.findall(r"^@\w+\{(.+?),", "\n".join(several_views()), re.M)
    assert len(keys) == len(set(keys)) == 2 + len(references())


def test_tables_and_citations_of_several_views_stand_in_one_paper() -> None:
    """Most views have one title, so two tables of a paper had one label and two citations of a day one key."""
    views = [(long_table(5, KEYS[:n]), replace(ABOUT, tokenizers=ABOUT.tokenizers[:n])) for n in (1, 2)]
    labels = [re.findall(r"\\label\{(.+?)\}", to_latex(*view)) for view in views]
    keys = [re.findall(r"@misc\{(token-atlas.+?),", bibliography(about)) for _, about in views]
    assert labels[0] != labels[1] and keys[0] != keys[1]
    assert to_latex(*views[0]) == to_latex(*views[0]) and bibliography(ABOUT) == bibliography(ABOUT)


def test_a_premium_near_one_or_far_below_keeps_the_digits_that_matter() -> None:
    rows = {"Language": ["a", "b"], "Tokenizer": ["T", "T"], "Premium": [1.0042, 0.0604], "Low": [1.0011, 0.0601],
            "High": [1.0087, 0.0608]}  # fmt: skip
    text = to_latex(rows, ABOUT)
    assert "1.004 [1.001, 1.009]" in text and "0.060 [0.060, 0.061]" in text


def test_a_probability_is_never_nought_and_ratios_near_one_have_three_decimals() -> None:
    text = latex.table({"Ratio": [1.0171, 5.22], "Probability": [3e-12, 0.04]}, "c", "tab:a")
    assert r"1.017 & $<$0.001 \\" in text and r"5.220 & 0.040 \\" in text
    assert r"1.45 \\" in latex.table({"Ratio": [1.45, 5.22]}, "c", "tab:a")


def test_a_number_stands_with_its_interval_in_one_column() -> None:
    columns = {"Tokenizer": ["GPT-2"], "Max / min": [18.68], "Max / min low": [18.4], "Max / min high": [18.97]}
    text = to_latex(columns, ABOUT)
    assert "{Tokenizer} & {Max / min}" in text and "GPT-2 & 18.7 [18.4, 19.0]" in text and "In brackets" in text


def test_size_and_place_follow_the_number_of_columns() -> None:
    one, many = (to_latex(long_table(5, KEYS[:n]), ABOUT) for n in (1, 4))
    assert r"\begin{table}" in one and r"\small" in one
    assert r"\begin{table*}" in many and "Part" not in many
    assert to_latex(long_table(5, KEYS), ABOUT).count(r"\begin{table*}") > 1  # too wide for letters that can be read


def test_fingerprints_are_comments_and_the_caption_is_short() -> None:
    text = to_latex(long_table(3, KEYS[:1]), ABOUT)
    printed = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    for trace in ("2d1e0da105b15844", "a36c6443bc67d9d3", "atlas.example.org"):
        assert trace in text and trace not in printed
    assert r"\caption{Token premiums over English per line.}" in printed
    assert "FLORES-200 dev + devtest, 2,009 sentences. In brackets: 95~\\% intervals." in printed


@given(st.lists(st.lists(st.text(max_size=60), min_size=3, max_size=3), min_size=1, max_size=12))
def test_no_cell_is_lost_in_the_layout(columns: list[list[str]]) -> None:
    found = layout(columns, [True] * len(columns))
    assert sorted({n for panel in found.panels for n in panel}) == list(range(len(columns)))
    assert [start for start, _ in found.rows] == [0, *(end for _, end in found.rows[:-1])] and found.rows[-1][1] == 2
    assert all(own <= PAGE for own in found.breaking.values())


def test_a_label_occurs_once() -> None:
    text = latex.table({"A": [f"x{n}" for n in range(200)]}, "c", "tab:a")
    labels = re.findall(r"\\label\{(.+?)\}", text)
    assert len(labels) > 3 and len(set(labels)) == len(labels)


def test_accents_are_commands_that_every_encoding_has() -> None:
    assert escaped("Māori Bokmål ọ") == r"M\={a}ori Bokm\r{a}l \d{o}"


def test_papers_are_of_tokenizers_in_the_atlas() -> None:
    named = [key for one in references().values() for key in one.tokenizers]
    assert set(named) <= set(atlas_tokenizers()) and len(named) == len(set(named))
    assert papers_of(["gpt-2", "llama-4"]) == ("radford2019",)
    text = bibliography(ABOUT) + papers()
    for fact in ("@misc{token-atlas-2d1e0da1", "version = {0.1.0}", "2207.04672", "2305.15425", "FLORES-200"):
        assert fact in text
