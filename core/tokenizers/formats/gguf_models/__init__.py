"""How llama.cpp tokenizes with what a GGUF file holds: one module per tokenizer model it knows."""
