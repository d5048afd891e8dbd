"""BPE on bytes, by Hugging Face's library."""

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from core.training.trainer import Trainer, TrainingTask

ALPHABET = sorted(pre_tokenizers.ByteLevel.alphabet())


def train(task: TrainingTask) -> Tokenizer:
    """The tokenizer."""
    options = task.options
    made = Tokenizer(models.BPE())
    task.cut.put_on(made)
    trainer = trainers.BpeTrainer(
        vocab_size=options.vocab,
        min_frequency=options.min_frequency,
        special_tokens=list(options.specials),
        initial_alphabet=ALPHABET,
        show_progress=False,
    )
    made.train_from_iterator(task.text.chunks, trainer)
    return made


TRAINER = Trainer(
    key="bpe",
    label="BPE on bytes",
    order=10,
    about="Begins with the 256 bytes and again and again makes one piece of the two that stand together most often.",
    source="Gage 1994; Sennrich et al. 2016; on bytes: Radford et al. 2019. Trained by tokenizers.",
    train=train,
    level="bytes",
    n_least=256,
    pre="o200k",
    bytes_per_byte=50,
)
