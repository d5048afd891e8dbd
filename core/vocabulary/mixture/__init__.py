"""What a byte-pair vocabulary was trained on, inferred from the order of its merges.

Source: Hayase et al. 2024, Data Mixture Inference: What do BPE Tokenizers Reveal about their Training Data?
(2407.16607).
"""
