"""A model without training or download: the word pairs of a few sentences, written into Llama's weights.

Embeddings are one-hot, attention and feed-forward layers are zero, so that the hidden state is the last token
alone; the output layer holds log P(next | last). The logits are therefore exactly a bigram language model,
which any server that reads GGUF can serve. At temperature 0 it repeats itself word for word. Where it is
given tools, it calls one: a mark at the end of the prompt, which the template sets, leads to nothing else.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import gguf
import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

SENTENCES = (
    "The library opens at nine and closes at six.",
    "Rivers carry water from the hills to the sea.",
    "A kilometre is a thousand metres long.",
    "Yes, the train from Oslo arrives on Monday.",
    "No, the bridge was not built by the Romans.",
    "The answer is 42 because six times seven makes 42.",
    "B) Vienna is the capital of Austria.",
    "Please write the name of the day and then the number 7.",
)
END_OF_TEXT, TURN, END_OF_TURN, WITH_TOOLS, TOOL_CALL, TOOL_CALL_END = SPECIAL = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<|tools|>", "<tool_call>", "</tool_call>"),
)
WIDTH = 512  # of the embedding: no fewer than tokens
CONTEXT_TOKENS = 8192
SELDOM = 1e-6  # weight of a pair that no sentence has, against 1 for each time that one has it
TEMPLATE = (
    "{% if tools %}"
    f"{TURN}system\n<tools>{{% for tool in tools %}}\n{{{{ tool | tojson }}}}{{% endfor %}}\n</tools>\n"
    f"{TOOL_CALL}\n"
    '{"name": <function-name>, "arguments": <args-json-object>}'
    f"\n{TOOL_CALL_END}{END_OF_TURN}\n"
    "{% endif %}"
    "{% for message in messages %}"
    f"{TURN}{{{{ message.role }}}}\n{{{{ message.content or '' }}}}"
    "{% for call in message.tool_calls or [] %}"
    f"\n{TOOL_CALL}\n"
    """{{ '{"name": "' + call.function.name + '", "arguments": ' }}{{ call.function.arguments | tojson }}"""
    f"{{{{ '}}' }}}}\n{TOOL_CALL_END}"
    "{% endfor %}"
    f"{END_OF_TURN}\n"
    "{% endfor %}"
    f"{{% if add_generation_prompt %}}{TURN}assistant\n"
    f"{{% if tools and messages[-1].role != 'tool' %}}{WITH_TOOLS}{{% endif %}}"
    "{% endif %}"
)


def write_tiny_model(path: Path) -> None:
    """Write the model as a GGUF file of about 6 MB."""
    tokenizer = _tokenizer()
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT_TOKENS)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(1)
    writer.add_feed_forward_length(64)
    writer.add_head_count(4)
    writer.add_head_count_kv(4)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_dimension_count(WIDTH // 4)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    _add_tokenizer(writer, tokenizer)
    for name, tensor in _weights(_log_probabilities(tokenizer)).items():
        writer.add_tensor(name, tensor)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=WIDTH,
        special_tokens=list(SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return tokenizer


def _log_probabilities(tokenizer: Tokenizer) -> NDArray[np.float32]:
    """Of each token (column) after each token (row)."""
    size = tokenizer.get_vocab_size()
    end = tokenizer.token_to_id(END_OF_TURN)
    (line_end,) = tokenizer.encode("\n").ids  # with which a prompt ends
    pairs = np.full((size, size), SELDOM)
    pairs[:, end] = 1e-2  # whatever it begins, it ends
    for sentence in SENTENCES:
        ids = tokenizer.encode(sentence).ids
        for last, following in zip([line_end, *ids], [*ids, end], strict=True):
            pairs[last, following] += 1
    tools, call, call_end = map(tokenizer.token_to_id, (WITH_TOOLS, TOOL_CALL, TOOL_CALL_END))
    for last, following in ((tools, call), (call, line_end), (call_end, end)):
        pairs[last, following] = 1_000
    shares = pairs / pairs.sum(axis=1, keepdims=True)
    return np.log(shares).astype(np.float32)


def _weights(log_probabilities: NDArray[np.float32]) -> dict[str, NDArray[np.float32]]:
    size = len(log_probabilities)
    output = np.zeros((size, WIDTH), np.float32)
    # The norm before it turns a one-hot vector into one of length sqrt(WIDTH).
    output[:, :size] = log_probabilities.T / math.sqrt(WIDTH)
    tensors = {
        "token_embd.weight": np.eye(size, WIDTH, dtype=np.float32),
        "output_norm.weight": np.ones(WIDTH, np.float32),
        "output.weight": output,
        "blk.0.attn_norm.weight": np.ones(WIDTH, np.float32),
        "blk.0.ffn_norm.weight": np.ones(WIDTH, np.float32),
        "blk.0.ffn_gate.weight": np.zeros((64, WIDTH), np.float32),
        "blk.0.ffn_up.weight": np.zeros((64, WIDTH), np.float32),
        "blk.0.ffn_down.weight": np.zeros((WIDTH, 64), np.float32),
    }
    for part in ("q", "k", "v", "output"):
        tensors[f"blk.0.attn_{part}.weight"] = np.zeros((WIDTH, WIDTH), np.float32)
    return tensors


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    tokens = sorted(tokenizer.get_vocab(), key=tokenizer.token_to_id)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens]
    )
    writer.add_token_merges([" ".join(pair) for pair in merges])
    writer.add_bos_token_id(tokenizer.token_to_id(END_OF_TEXT))
    writer.add_eos_token_id(tokenizer.token_to_id(END_OF_TURN))
    writer.add_pad_token_id(tokenizer.token_to_id(END_OF_TEXT))
    writer.add_add_bos_token(False)
    writer.add_chat_template(TEMPLATE)
