"""Folders as they lie on the Hub: a real vocabulary with the companion files that models are published with.

Each is put together in a test's own folder from the data folder, and read here and by `AutoTokenizer` of transformers.
"""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from core.tokenizers.backends.spm_proto import CONTROL, NORMAL, UNKNOWN, read_proto
from tests.datafolder import TOKENIZERS

Content = bytes | Callable[[], bytes]


@dataclass(frozen=True)
class Folder:
    """One such folder.

    Args:
        name: for the test's report.
        files: content by file name.
        note: words of the note that says how transformers differs; empty where every id must be the same.
        ends_only: transformers differs only in what it puts around a text.
    """

    name: str
    files: Mapping[str, Content]
    note: str = ""
    ends_only: bool = False


def _data(path: str) -> Callable[[], bytes]:
    return (TOKENIZERS / path).read_bytes


def _gunzipped(path: str) -> Callable[[], bytes]:
    return lambda: gzip.decompress((TOKENIZERS / path).read_bytes())


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _config(name: str | None = None, /, **settings: object) -> dict[str, Content]:
    kind = {} if name is None else {"tokenizer_class": name}
    return {"tokenizer_config.json": _json(kind | settings)}


def _model_type(name: str) -> dict[str, Content]:
    return {"config.json": _json({"model_type": name})}


def _published(folder: str, **changed: object) -> dict[str, Content]:
    """A folder of the data as it is, with settings of its tokenizer_config.json changed; None takes one out."""
    place = TOKENIZERS / "hf_json" / folder
    files: dict[str, Content] = {
        name: (place / name).read_bytes for name in ("tokenizer.json", "config.json") if (place / name).is_file()
    }

    def config() -> bytes:
        settings = json.loads((place / "tokenizer_config.json").read_bytes()) | changed
        return _json({key: value for key, value in settings.items() if value is not None or key not in changed})

    return {**files, "tokenizer_config.json": config}


@cache
def t5_model() -> bytes:
    """A SentencePiece model that begins as T5's do: <pad>, </s>, <unk>."""
    model = read_proto((TOKENIZERS / "sentencepiece" / "albert_fixture.model").read_bytes(), "albert")
    for place, (piece, kind) in enumerate((("<pad>", CONTROL), ("</s>", CONTROL), ("<unk>", UNKNOWN))):
        model.pieces[place].piece, model.pieces[place].type = piece, kind
    for place in (3, 4):
        model.pieces[place].piece, model.pieces[place].type = f"▁filled{place}", NORMAL
    model.trainer_spec.unk_id = 2
    return bytes(model.SerializeToString())


def _token(content: str, **flags: bool) -> dict[str, object]:
    settled = {"lstrip": False, "rstrip": False, "single_word": False, "normalized": False, "special": True}
    return {"content": content, **settled, **flags}


CHATML = {"<|im_start|>": 32000, "<|im_end|>": 32001}
_LLAMA: dict[str, Content] = {"tokenizer.model": _data("sentencepiece/llama2.model")}
_MISTRAL: dict[str, Content] = {"tokenizer.model": _data("sentencepiece/mistral_v3.model")}
_ALBERT: dict[str, Content] = {"spiece.model": _data("sentencepiece/albert_fixture.model")}
_XLNET: dict[str, Content] = {"spiece.model": _data("sentencepiece/xlnet.model")}
_T5: dict[str, Content] = {"spiece.model": t5_model}
_XLMR: dict[str, Content] = {"sentencepiece.bpe.model": _data("converted/xlm_roberta_base.rebuilt.spm.model")}
_UNIGRAM: dict[str, Content] = {"sentencepiece.bpe.model": _data("sentencepiece/hf_test_unigram_1k.model")}
_JSON: dict[str, Content] = {"tokenizer.json": _data("hf_json/llama-2-7b-chat-hf/tokenizer.json")}
_GPT2: dict[str, Content] = {n: _data(f"gpt2_style/gpt2/{n}") for n in ("vocab.json", "merges.txt")}
_ROBERTA: dict[str, Content] = {n: _data(f"gpt2_style/roberta/{n}") for n in ("vocab.json", "merges.txt")}
_GPT2_JSON: dict[str, Content] = {"tokenizer.json": _data("hf_json/gpt-2/tokenizer.json")}
_FAST = "PreTrainedTokenizerFast"


def _bert(name: str) -> dict[str, Content]:
    return {"vocab.txt": _data(f"wordpiece/bert-base-{name}.vocab.txt")}


def _added(tokens: Mapping[str, int]) -> dict[str, Content]:
    return {"added_tokens.json": _json(tokens)}


def _map(**tokens: object) -> dict[str, Content]:
    return {"special_tokens_map.json": _json(tokens)}


_DECODER = {
    "32000": _token("<|im_end|>"),
    "32001": _token("<|im_start|>", special=False, rstrip=True),
    "32002": _token("<tool>", special=False, normalized=True),
    "32003": _token("word", special=False, single_word=True, normalized=True),
}

_BOS = {"note": "only where tokenizer_config.json says add_bos_token", "ends_only": True}

UNTOLD = [
    Folder("mbart", {**_UNIGRAM, **_config("MBartTokenizer")}, note="</s> and a language code behind a text"),
    Folder("mbart50", {**_UNIGRAM, **_config("MBart50Tokenizer")}, note="a language code in front of a text"),
    Folder(
        "nllb",
        {"sentencepiece.bpe.model": _data("sentencepiece/llama2.model"), **_config("NllbTokenizer")},
        note="NllbTokenizer of transformers",
    ),
    Folder(
        "deberta-v2",
        {"spm.model": _data("sentencepiece/albert_fixture.model"), **_config("DebertaV2Tokenizer")},
        note="DebertaV2Tokenizer of transformers 5.24 is not described here",
    ),
    Folder(
        "gpt2-class-spm",
        {**_LLAMA, **_config("GPT2Tokenizer")},
        note="GPT2Tokenizer of transformers 5.24 is not described here",
    ),
    Folder("luke", {**_ROBERTA, **_config("LukeTokenizer")}, note="LukeTokenizer, which the files beside"),
    Folder("blenderbot", {**_ROBERTA, **_model_type("blenderbot")}, note="BlenderbotTokenizer, which the files"),
    Folder("mpnet", {**_bert("uncased"), **_config("MPNetTokenizer")}, note="MPNetTokenizer, which the files beside"),
    Folder("luke-json", {**_GPT2_JSON, **_config("LukeTokenizer")}, note="LukeTokenizer, which the files beside"),
]
SENTENCEPIECE = [
    Folder("llama", {**_LLAMA, **_config("LlamaTokenizer")}, **_BOS),
    Folder("llama-chatml", {**_LLAMA, **_added(CHATML), **_config("LlamaTokenizer")}, **_BOS),
    Folder("llama-decoder", {**_LLAMA, **_config("LlamaTokenizer", added_tokens_decoder=_DECODER)}, **_BOS),
    Folder("llama-legacy", {**_LLAMA, **_added(CHATML), **_config("LlamaTokenizer", legacy=True)}, **_BOS),
    Folder("llama-not-legacy", {**_LLAMA, **_added(CHATML), **_config("LlamaTokenizerFast", legacy=False)}, **_BOS),
    Folder("llama-no-prefix", {**_LLAMA, **_config("LlamaTokenizer", add_prefix_space=False, legacy=False)}, **_BOS),
    Folder("llama-ends", {**_LLAMA, **_config("LlamaTokenizer", add_bos_token=False, add_eos_token=True)}),
    Folder("llama-both-ends", {**_LLAMA, **_config("LlamaTokenizer", add_bos_token=True, add_eos_token=True)}),
    Folder(
        "llama-pad-in-map",
        {**_LLAMA, **_map(pad_token=_token("[PAD]", lstrip=True)), **_config("LlamaTokenizer")},
        **_BOS,
    ),
    Folder(
        "llama-pad-in-config", {**_LLAMA, **_config("LlamaTokenizer", pad_token="<pad>", mask_token="<mask>")}, **_BOS
    ),
    Folder(
        "llama-additional",
        {**_LLAMA, **_config("LlamaTokenizer", additional_special_tokens=["<|im_end|>", "<tool>"])},
        **_BOS,
    ),
    Folder(
        "llama-named", {**_LLAMA, **_config("LlamaTokenizer", extra_special_tokens={"image_token": "<image>"})}, **_BOS
    ),
    Folder(
        "llama-odd-ids",
        {**_LLAMA, **_added({"<|im_start|>": 32005, "hello": 40000}), **_config("LlamaTokenizer")},
        **_BOS,
    ),
    Folder("llama-by-model", {**_LLAMA, **_added(CHATML), **_model_type("llama")}, **_BOS),
    Folder("llama-fast", {**_LLAMA, **_added(CHATML), **_config(_FAST)}, **_BOS),
    Folder("llama-classless", {**_LLAMA, **_config(legacy=False, add_bos_token=True)}),
    Folder("mistral-classless", {**_MISTRAL, **_config(add_bos_token=False)}),
    Folder("llama-unknown-class", {**_LLAMA, **_added(CHATML), **_config("HouseTokenizer")}, **_BOS),
    Folder("mistral-by-model", {**_MISTRAL, **_model_type("mistral"), **_config("LlamaTokenizer")}, **_BOS),
    Folder("mistral-llama", {**_MISTRAL, **_config("LlamaTokenizer", add_bos_token=True)}),
    Folder("albert-uncased", {**_ALBERT, **_config("AlbertTokenizer", do_lower_case=True)}),
    Folder("albert-cased", {**_ALBERT, **_config("AlbertTokenizer", do_lower_case=False, keep_accents=True)}),
    Folder("albert-added", {**_ALBERT, **_added({"<new>": 30000}), **_config("AlbertTokenizer")}),
    Folder("albert-by-model", {**_ALBERT, **_model_type("albert")}),
    Folder("xlnet", {**_XLNET, **_config("XLNetTokenizer")}),
    Folder("xlnet-uncased", {**_XLNET, **_config("XLNetTokenizer", do_lower_case=True)}),
    Folder("t5", {**_T5, **_config("T5Tokenizer")}),
    Folder("t5-few", {**_T5, **_config("T5Tokenizer", extra_ids=20)}),
    Folder("t5-none", {**_T5, **_config("T5Tokenizer", extra_ids=0)}),
    Folder("mt5-by-model", {**_T5, **_model_type("mt5")}),
    Folder("xlm-roberta", {**_XLMR, **_config("XLMRobertaTokenizer")}),
    Folder("xlm-roberta-small", {**_UNIGRAM, **_added({"<new>": 1002}), **_config("XLMRobertaTokenizer")}),
    Folder("camembert-small", {**_UNIGRAM, **_config("CamembertTokenizer")}),
]
TOKENIZER_JSON = [
    Folder("json-llama", _published("llama-2-7b-chat-hf"), note="LlamaTokenizer"),
    Folder("json-llama-fast", _published("llama-2-7b-chat-hf", tokenizer_class=_FAST)),
    Folder("json-added", {**_JSON, **_added(CHATML), **_config(_FAST)}),
    Folder("json-decoder", {**_JSON, **_config(_FAST, added_tokens_decoder=_DECODER)}),
    Folder(
        "json-map",
        {**_JSON, **_map(pad_token=_token("[PAD]"), mask_token=_token("<mask>", lstrip=True)), **_config(_FAST)},
    ),
    Folder("json-named", {**_JSON, **_config(_FAST, pad_token="<pad>", image_token="<image>")}),
    Folder("json-additional", {**_JSON, **_config(_FAST, additional_special_tokens=["<tool>", "▁the"])}),
    Folder("json-alone", {**_JSON, **_model_type("arctic")}),
    Folder("falcon", _published("falcon-180b-chat")),
    Folder("falcon-added", {**_published("falcon-180b-chat"), **_added({"<|im_start|>": 65024})}),
    Folder("gpt2-json", {**_GPT2_JSON, **_config("GPT2Tokenizer")}),
    Folder("qwen3.5-json", {**_GPT2_JSON, **_model_type("qwen3_5")}, note="steps of Qwen3_5Tokenizer anew"),
    Folder(
        "gpt2-json-spaced",
        {**_GPT2_JSON, **_config("GPT2Tokenizer", add_prefix_space=True)},
        note="GPT2Tokenizer",
    ),
    Folder("phi-json", {**_GPT2_JSON, **_config("CodeGenTokenizer")}),
    Folder(
        "phi-json-spaced", {**_GPT2_JSON, **_config("CodeGenTokenizer", add_prefix_space=True)}, note="GPT2Tokenizer"
    ),
    Folder(
        "json-unlisted",
        {
            "tokenizer.json": _data("hf_json/pythia-12b/tokenizer.json"),
            **_config("GPTNeoXTokenizer", added_tokens_decoder={"50277": _token("<new>")}),
        },
        note="leaves out",
    ),
    Folder("pythia", _published("pythia-12b")),
    Folder("pythia-pad", _published("pythia-12b", pad_token="<pad>")),
    Folder("olmo", _published("olmo-7b-instruct-hf")),
    Folder("phi-3", _published("phi-3-mini-4k-instruct")),
    Folder("yi", _published("yi-1.5-34b-chat"), note="LlamaTokenizer"),
    Folder("mistral-7b", _published("mistral-7b-instruct-v0.1")),
    Folder("mistral-large", _published("mistral-large-instruct-2407")),
    Folder("focus-ar", _published("focus-ar-xlmr-unigram-30k")),
    Folder(
        "starcoder",
        {"tokenizer.json": _gunzipped("converted/starcoder.tokenizer.json.gz"), **_config("GPT2Tokenizer")},
        note="GPT2Tokenizer",
    ),
    Folder(
        "deepseek",
        {"tokenizer.json": _gunzipped("converted/deepseek-llm.tokenizer.json.gz"), **_config("LlamaTokenizerFast")},
    ),
]
PAIRS = [
    Folder("gpt2", {**_GPT2, **_config("GPT2Tokenizer")}),
    Folder(
        "qwen3.5",
        {**_GPT2, **_config("Qwen2Tokenizer"), **_model_type("qwen3_5")},
        note="Qwen3_5Tokenizer, which the files beside",
    ),
    Folder("deberta", {**_GPT2, **_config("DebertaTokenizer")}),
    Folder("deberta-by-model", {**_GPT2, **_model_type("deberta")}),
    Folder("cohere", {**_GPT2, **_config("CohereTokenizer")}),
    Folder("cohere-begins", {**_GPT2, **_config("CohereTokenizer", add_bos_token=True)}),
    Folder(
        "cohere-json",
        {**_GPT2_JSON, **_config("CohereTokenizer")},
        note="the steps of CohereTokenizer anew",
    ),
    Folder("gpt2-spaced", {**_GPT2, **_config("GPT2Tokenizer", add_prefix_space=True)}),
    Folder(
        "gpt2-spaced-added", {**_GPT2, **_config("GPT2Tokenizer", add_prefix_space=True), **_added({"<new>": 50257})}
    ),
    Folder(
        "gpt2-chatml", {**_GPT2, **_added({"<|im_start|>": 50257, "<|im_end|>": 50258}), **_config("GPT2Tokenizer")}
    ),
    Folder("gpt2-pad", {**_GPT2, **_config("GPT2Tokenizer", pad_token="<pad>")}),
    Folder(
        "gpt2-flags",
        {
            **_GPT2,
            **_config(
                "GPT2Tokenizer",
                added_tokens_decoder={
                    "50257": _token("<mask>", lstrip=True, rstrip=True),
                    "50258": _token("word", special=False, single_word=True, normalized=True),
                },
            ),
        },
    ),
    Folder("gpt2-bos", {**_GPT2, **_config("GPT2Tokenizer", add_bos_token=True)}),
    Folder("phi", {**_GPT2, **_model_type("phi"), **_config("CodeGenTokenizer")}),
    Folder("codegen-spaced", {**_GPT2, **_config("CodeGenTokenizerFast", add_prefix_space=True)}),
    Folder("gpt2-by-model", {**_GPT2, **_model_type("gpt2")}),
    Folder("roberta", {**_ROBERTA, **_config("RobertaTokenizer")}),
    Folder("roberta-spaced", {**_ROBERTA, **_config("RobertaTokenizer", add_prefix_space=True)}),
    Folder(
        "roberta-mask", {**_ROBERTA, **_config("RobertaTokenizer"), **_map(mask_token=_token("<mask>", lstrip=True))}
    ),
    Folder(
        "roberta-mask-in-config",
        {
            **_ROBERTA,
            **_config("RobertaTokenizer", mask_token={"__type": "AddedToken", **_token("<mask>", lstrip=True)}),
        },
    ),
    Folder("roberta-by-model", {**_ROBERTA, **_model_type("roberta")}),
    Folder("bart", {**_ROBERTA, **_config("BartTokenizer")}),
    Folder("longformer-by-model", {**_ROBERTA, **_model_type("longformer")}),
]
WORD_PIECE = [
    Folder("bert-cased", {**_bert("cased"), **_config("BertTokenizer", do_lower_case=False)}),
    Folder("bert-uncased", {**_bert("uncased"), **_config("BertTokenizer")}),
    Folder("bert-cased-unsaid", {**_bert("cased"), **_config("BertTokenizer")}, note="lower case"),
    Folder(
        "bert-multilingual",
        {**_bert("multilingual-cased"), **_config("BertTokenizer", do_lower_case=False, strip_accents=True)},
    ),
    Folder(
        "bert-chinese",
        {**_bert("chinese"), **_config("BertTokenizer", tokenize_chinese_chars=False, do_lower_case=True)},
    ),
    Folder("bert-added", {**_bert("uncased"), **_added({"<new>": 30522, "[ENT]": 30523}), **_config("BertTokenizer")}),
    Folder(
        "bert-map",
        {
            **_bert("uncased"),
            **_map(mask_token=_token("[MASK]", lstrip=True), pad_token="[PAD]", bos_token="<bos>"),
            **_config("BertTokenizer"),
        },
    ),
    Folder("bert-by-model", {**_bert("uncased"), **_model_type("bert")}),
    Folder("lxmert", {**_bert("uncased"), **_config("LxmertTokenizer")}),
    Folder("dpr-by-model", {**_bert("uncased"), **_model_type("dpr")}),
    Folder("distilbert", {**_bert("uncased"), **_config("DistilBertTokenizer", do_lower_case=True)}),
]
FOLDERS = [*UNTOLD, *SENTENCEPIECE, *TOKENIZER_JSON, *PAIRS, *WORD_PIECE]

TEXTS = [
    "Hello world, don't (a(b)).",
    " one space",
    "   three spaces",
    "a  b   c ",
    "über naïve É 你好 🙂 ﬁ ①",
    "line\n\nline\tTAB  ",
    "12345 67",
    "``quoted'' WORD words word",
    "Hello <s>there</s> x</s> y",
    "<|im_start|>user\nhi<|im_end|>\n<|im_start|> assistant",
    "a <mask> b<mask>c [MASK] d  <mask>  e",
    "<pad>x <unk> [PAD] y [ENT]z <new> w<new>",
    "<extra_id_0> x<extra_id_99> <tool> <image>a hello",
]
