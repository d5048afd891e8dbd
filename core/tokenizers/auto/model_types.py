"""Which class transformers has registered for which `model_type` of a config.json.

Source: transformers 5.24, TOKENIZER_MAPPING_NAMES and MODELS_WITH_INCORRECT_HUB_TOKENIZER_CLASS; a test compares.
"""

GENERIC = "TokenizersBackend"  # follows the folder's tokenizer.json or SentencePiece model, and adds nothing of its own

_FAMILIES = {
    "Albert": "albert yoso",
    "Barthez": "barthez",
    "Bartpho": "bartpho",
    "Bert": "align bark bert blip bros chinese_clip convbert distilbert electra ernie flava git grounding-dino "
    "dpr layoutlm lxmert megatron-bert mm-grounding-dino mobilebert nezha nomic_bert qdqbert realm retribert "
    "squeezebert tvp vilt visual_bert",
    "BertGeneration": "bert-generation",
    "BertJapanese": "bert-japanese",
    "Bertweet": "bertweet",
    "BigBird": "big_bird",
    "BioGpt": "biogpt",
    "Blenderbot": "blenderbot",
    "BlenderbotSmall": "blenderbot-small",
    "ByT5": "byt5",
    "CLIP": "aimv2 clip clipseg groupvit omdet-turbo oneformer owlv2 owlvit sam3 sam3_video xclip",
    "CTRL": "ctrl",
    "Camembert": "camembert",
    "Canine": "canine",
    "Clvp": "clvp",
    "CodeLlama": "code_llama",
    "Cohere": "aya_vision cohere cohere2",
    "Cpm": "cpm",
    "CpmAnt": "cpmant",
    "Deberta": "deberta",
    "DebertaV2": "deberta-v2",
    "Dia": "dia",
    "Esm": "esm",
    "Esmc": "esmc esmfold2",
    "FNet": "fnet",
    "FSMT": "fsmt",
    "Flaubert": "flaubert",
    "Funnel": "funnel",
    "GPT2": "blip-2 codegen dbrx emu3 gpt2 gpt_neo gptj hyperclovax_vision_v2 instructblip instructblipvideo jais2 "
    "opt phi starcoder2",
    "GPTNeoX": "falcon_mamba gpt_neox mamba mamba2 mpt olmo olmoe rwkv xlstm",
    "GPTNeoXJapanese": "gpt_neox_japanese",
    "GPTSw3": "gpt-sw3",
    "Gemma": "diffusion_gemma gemma gemma2 gemma3 gemma3_text gemma3n gemma3n_text recurrent_gemma shieldgemma2 "
    "t5gemma zaya",
    "Herbert": "herbert",
    "Lasr": "lasr_ctc lasr_encoder",
    "LayoutLMv2": "layoutlmv2",
    "LayoutLMv3": "layoutlmv3",
    "LayoutXLM": "layoutxlm",
    "Llama": "idefics idefics2",
    "Luke": "luke",
    "M2M100": "m2m_100",
    "MBart": "mbart",
    "MBart50": "mbart50",
    "MLuke": "mluke",
    "MPNet": "mpnet",
    "Marian": "marian",
    "MarkupLM": "markuplm",
    "Mgpstr": "mgp-str",
    "MyT5": "myt5",
    "Nllb": "nllb nllb-moe",
    "Nougat": "nougat pp_formulanet",
    "OpenAIGPT": "openai-gpt",
    "PLBart": "plbart",
    "Parakeet": "granite_speech5_ctc nemotron3_5_asr nemotron_asr_streaming omniasr_ctc parakeet_ctc parakeet_rnnt "
    "parakeet_tdt",
    "Pegasus": "pegasus",
    "Perceiver": "perceiver",
    "Phobert": "phobert",
    "ProphetNet": "prophetnet",
    "Qwen2": "audioflamingo3 colqwen2 cosmos3_omni dots3_note fun_asr_nano hunyuan_vl internvl lighton_ocr "
    "moss_transcribe_diarize ovis2 qianfan_ocr qwen2 qwen2_5_omni qwen2_5_vl qwen2_audio qwen2_moe qwen2_vl "
    "qwen3 qwen3_asr qwen3_moe qwen3_next qwen3_omni_moe qwen3_vl qwen3_vl_moe vibevoice",
    "Qwen3_5": "qwen3_5 qwen3_5_moe qwen3_5_moe_text qwen3_5_text qwen4_exp",
    "Rag": "rag",
    "Reformer": "reformer",
    "RemBert": "rembert",
    "RoCBert": "roc_bert",
    "RoFormer": "roformer",
    "Roberta": "bart bridgetower clap data2vec-text florence2 ibert led lilt longformer mega mra mvp roberta "
    "roberta-prelayernorm",
    "SeamlessM4T": "seamless_m4t seamless_m4t_v2",
    "Siglip": "siglip",
    "Siglip2": "siglip2",
    "Speech2Text": "speech_to_text",
    "SpeechT5": "speecht5",
    "Splinter": "splinter",
    "T5": "mt5 musicgen musicgen_melody switch_transformers t5",
    "Tapas": "tapas",
    "Tipsv2": "tipsv2",
    "Udop": "udop",
    "VideoPrism": "videoprism",
    "Vits": "vits",
    "Wav2Vec2CTC": "data2vec-audio hubert unispeech unispeech-sat wav2vec2 wav2vec2-bert wav2vec2-conformer",
    "Wav2Vec2PhonemeCTC": "wav2vec2_phoneme",
    "Whisper": "whisper",
    "XGLM": "xglm",
    "XLM": "xlm",
    "XLMRoberta": "gte jina_embeddings_v3 metaclip_2 trocr xlm-roberta xmod",
    "XLNet": "xlnet",
}
_GENERIC = (
    "arctic aria beam bigbird_pegasus camembertv2-base canary chatlm cohere_asr ernie4_5 ernie4_5_moe flex_olmo "
    "fuyu glm glm4 glm4_moe glm4_moe_lite glm4v glm4v_moe glm_image glmasr got_ocr2 gpt_bigcode "
    "gradium_phonon_tts granite granitemoe granitemoehybrid granitemoeshared h2ovl_chat hyperclovax "
    "hyperclovax_vlm internlm2 internlm3 iquestcoder jamba kimi_k25 kimi_linear kosmos-2 llava llava_next "
    "mimo_v2_flash minicpm3 minicpm_ocr minicpmv minicpmv4_6 minicpmv4_7 minimax_m2 ministral ministral3 "
    "mistral mistral3 mistral_large4 mixtral modernbert modernbert-decoder molmo molmo2 nemo_speechlm nemotron "
    "nvfp4 nystromformer olmo2 olmo3 olmo_hybrid omniasr opencua openvla paddleocr_vl pegasus_x persimmon phi3 "
    "phi3_v phimoe pix2struct pixtral pocket_tts smolvlm stablelm step3_vl umt5 vipllava voxtral "
    "voxtral_realtime xlm-roberta-xl"
)

REGISTERED = {
    **{kind: f"{family}Tokenizer" for family, kinds in _FAMILIES.items() for kind in kinds.split()},
    **dict.fromkeys(_GENERIC.split(), GENERIC),
}
# Of these the configs are known to name a wrong class; the registered one holds.
CORRECTED = frozenset(
    [
        "hyperclovax_vision_v2",
        "qwen2",
        "qwen3_5",
        "qwen3_5_moe",
        "qwen3_5_moe_text",
        "qwen4_exp",
        "siglip2",
    ]
)
