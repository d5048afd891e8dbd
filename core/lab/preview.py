"""What can be said of a transplant before any model reads anything: what is shared, what must be made up, what is
saved."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count, so_many
from core.evaluation.passes.cells import cells, figures
from core.evaluation.passes.columns import cell_table
from core.evaluation.passes.token_classes import classes
from core.evaluation.results import Column, Table
from core.lab.differences import MIN_ITEMS, items_of
from core.lab.participants import Participants
from core.lab.setting import Party, Setting, Tokens
from core.models.language_model import LanguageModel
from core.tokenizers.matching import Rule, vocabulary_of
from core.tokenizers.special_roles import without_end
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer
from core.tokenizers.vocabulary import Vocabulary

_TRIED = 200  # texts, from all of them


def setting(participants: Participants) -> Setting:
    """The setting of a comparison; no model runs."""
    tokens = _tokens(participants)
    texts = _texts(participants)
    found = participants.match
    return Setting(
        _model_party(participants.original),
        _party(participants.tokenizer),
        _model_party(participants.donor) if participants.donor else None,
        {rule.words: n for rule, n in found.n_by_rule.items()},
        found.n_same_bytes,
        found.n_same_strings,
        found.n_same_normalised,
        _classes(participants, tokens),
        tokens,
        texts,
        _compression(participants, texts),
        (*participants.texts.remarks, *_remarks(participants, texts)),
    )


def uncounted(participants: Participants) -> str:
    """What to expect where tokens do not say texts back, of texts tried from all of them; empty where they do."""
    texts = [t.text for t in participants.texts.measured]
    tried = texts[:: -(-len(texts) // _TRIED)]
    tokenizers = {one.info.label: one for one in (participants.original.tokenizer, participants.tokenizer)}
    exact = {name: [one.segment(text).lossless for text in tried] for name, one in tokenizers.items()}
    n = sum(map(all, zip(*exact.values(), strict=True)))
    if n == len(tried):
        return ""
    who = " and ".join(name for name, said in exact.items() if not all(said))
    if n:
        some = f"{count(len(tried) - n)} of the {count(len(tried))} texts that were tried"
        return f"The tokens of {who} do not say {some} back exactly, so that nothing counts there."
    return (
        f"The tokens of {who} say no text back exactly, as far as was tried, so there will be nothing to compare. "
        "Choose another tokenizer, or other texts."
    )


def _party(tokenizer: Tokenizer) -> Party:
    info = tokenizer.info
    return Party(info.spec, info.label, info.fingerprint, info.n_vocabulary or 0, notes=info.notes)


def _model_party(model: LanguageModel) -> Party:
    return Party(
        model.spec,
        model.name,
        model.fingerprint,
        len(vocabulary_of(model.tokenizer)),
        model.n_rows,
        model.width,
        model.n_parameters,
        model.tied,
        model.notes,
    )


def _tokens(participants: Participants) -> Tokens:
    vocabulary, found = vocabulary_of(participants.tokenizer), participants.match
    names, of = _classified(vocabulary)
    return Tokens(
        np.frombuffer(b"".join(vocabulary.pieces), np.uint8),
        np.cumsum(vocabulary.lengths, dtype=np.int64),
        names,
        of,
        found.old_by_new,
        found.rules,
        tuple(rule.words for rule in Rule),
    )


def _classified(vocabulary: Vocabulary) -> tuple[tuple[str, ...], NDArray[np.int16]]:
    names, of = classes(vocabulary, np.arange(len(vocabulary)))
    counts = np.bincount(of, minlength=len(names))
    order = np.argsort(-counts, kind="stable")
    place = np.empty(len(names), np.int16)
    place[order] = np.arange(len(names))
    return tuple(names[n] for n in order), place[of]


def _classes(participants: Participants, tokens: Tokens) -> Table:
    """Tokens of each class: all, those that the old vocabulary has, and those whose rows a method makes."""
    n, found = len(tokens), participants.match
    made = np.zeros(len(found.rules), np.bool_)
    made[found.new_text] = True
    n_classes = len(tokens.classes)
    counts = [
        np.bincount(tokens.of_class[mask], minlength=n_classes)
        for mask in (np.ones(n, bool), found.shared[:n], made[:n])
    ]
    columns: dict[str, Column] = {"class": tokens.classes}
    columns |= dict(zip(("n_tokens", "n_shared", "n_made"), counts, strict=True))
    return Table(columns)


def _texts(participants: Participants) -> Table:
    measured = participants.texts.measured
    texts = [t.text for t in measured]
    old, new = participants.original.tokenizer.count(texts), participants.tokenizer.count(texts)
    return Table(
        {
            "language": tuple(t.language for t in measured),
            "domain": tuple(t.domain for t in measured),
            "sentence": tuple(t.sentence for t in measured),
            "n_bytes": np.array([len(t.encode()) for t in texts], np.int64),
            "old_tokens": old.tokens.astype(np.int64),
            "new_tokens": new.tokens.astype(np.int64),
            "old_unknown": old.unknown.astype(np.int64),
            "new_unknown": new.unknown.astype(np.int64),
        }
    )


def _compression(participants: Participants, texts: Table) -> Table:
    """Tokens of both tokenizers, and the share saved, of all texts and of each language and domain."""
    quantities = np.stack([texts.numbers(name).astype(np.float64) for name in ("n_bytes", "old_tokens", "new_tokens")])
    rows = cells(participants.texts.measured, np.ones(len(texts), np.bool_))
    by_row = [
        figures(
            cell,
            quantities,
            [lambda s: 1 - s[2] / s[1], lambda s: s[0] / s[1], lambda s: s[0] / s[2]],
            participants.plan.seeds[0],
        )
        for cell in rows
    ]
    names = ("saved", "old_bytes_per_token", "new_bytes_per_token")
    numbers = {name: [row[n] for row in by_row] for n, name in enumerate(names)}
    sums = np.array([quantities[:, cell.texts].sum(1) for cell in rows]).astype(np.int64)
    totals = {name: sums[:, n] for n, name in enumerate(("n_bytes", "old_tokens", "new_tokens"))}
    return cell_table(rows, numbers, **totals)


def _remarks(participants: Participants, texts: Table) -> list[str]:
    found = []
    for which, tokenizer in (("old", participants.original.tokenizer), ("new", participants.tokenizer)):
        found += _unknown(tokenizer, int(texts.numbers(f"{which}_unknown").sum()))
    if participants.donor is not None and participants.donor.n_rows < len(vocabulary_of(participants.tokenizer)):
        lacking = len(vocabulary_of(participants.tokenizer)) - participants.donor.n_rows
        found.append(f"The donor has no row for {so_many(lacking, 'token', 'tokens')} of the new tokenizer.")
    found += filter(None, [without_end(participants.tokenizer)])
    return [*found, *its_own(participants), *_too_few(texts), *_on_untied_heads(participants)]


def its_own(participants: Participants) -> Iterator[str]:
    """What to expect where nothing is replaced."""
    if participants.tokenizer.info.fingerprint == participants.original.tokenizer.info.fingerprint:
        yield "The new tokenizer is the model's own: no row is made, and every method gives the model back."


def _too_few(texts: Table) -> Iterator[str]:
    n = len(set(items_of(texts)))
    if n < MIN_ITEMS:
        yield (
            f"{so_many(n, 'text is', 'texts are')} measured, and a test needs {MIN_ITEMS}: no method will be "
            "told from another. Take more sentences, or more or longer files."
        )


def _on_untied_heads(participants: Participants) -> Iterator[str]:
    """What heads of their own cost, where methods give a tied model one."""
    model, labels = participants.original, participants.unties
    if not labels:
        return
    more = len(participants.match.old_by_new) * model.width
    who = "Every method and control" if labels == [""] else " and ".join(labels)
    yield (
        f"{who} gives the model a head of its own, where it shares one matrix with the input: {count(more)} parameters "
        f"more ({more / model.n_parameters:.0%} of the model)."
    )


def _unknown(tokenizer: LocalTokenizer, n: int) -> list[str]:
    if not n:
        return []
    unknown = f"{so_many(n, 'token is', 'tokens are')} unknown"
    return [f"{tokenizer.info.label} cannot spell part of the texts: {unknown}, and no model sees what stands there."]
