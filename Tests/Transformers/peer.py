"""The other side of TransformersTests.swift: Hugging Face's transformers.

    python peer.py read FOLDER REQUEST.json RESULT.json
    python peer.py write FOLDER

`read` loads a folder that Hone unpacked and answers what transformers makes of texts. `write` makes folders for Hone
to read, or to refuse, and puts what transformers makes of them into expected.json beside the model.
"""

import itertools
import json
import os
import shutil
import sys

import torch
import transformers
from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

torch.set_num_threads(1)
torch.manual_seed(0)
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


def load(folder):
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    return model, AutoTokenizer.from_pretrained(folder)


def logits(model, ids):
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0].flatten().tolist()


def save_json(value, *path):
    with open(os.path.join(*path), "w", encoding="utf-8") as file:
        json.dump(value, file)


def read(folder, request_path, result_path):
    """Token ids of all `texts`, logits of the first `scored`, greedy completions of `prompts`; the model and its
    tokenizer saved again as `save_as`."""
    with open(request_path, encoding="utf-8") as file:
        request = json.load(file)
    model, tokenizer = load(folder)
    ids = tokenizer(request["texts"])["input_ids"]
    greedy = []
    for prompt in request["prompts"]:
        start = tokenizer(prompt, return_tensors="pt")
        made = model.generate(**start, do_sample=False, max_new_tokens=request["new_tokens"])
        greedy.append(made[0, start["input_ids"].shape[1]:].tolist())
    save_json({
        "ids": ids,
        "decoded": tokenizer.batch_decode(ids),
        "logits": [logits(model, row) for row in ids[:request["scored"]]],
        "greedy": greedy,
        "end": tokenizer.eos_token_id,
    }, result_path)
    model.save_pretrained(request["save_as"], max_shard_size="1MB")
    tokenizer.save_pretrained(request["save_as"])


# The rest makes folders for Hone.

MARKS = ["<pad>", "<s>", "</s>", "<think>", "</think>"]
CHARACTERS = list("0123456789+-*/=()<> abcdefghijklmnopqrstuvwxyz\u00e9\u4e2d\n")
TEXTS = [
    "12+7=<think>2+7=9 1</think>19", "a b  c", " lead", "trail ", "a\n\n\nb\n", "caf\u00e9 \u4e2d",
    "<think></think>", "<<think>>", "</s><s>", "<thin k>", "((3-5)*2+4)", "e",
]


def vocabulary(marks=MARKS, characters=CHARACTERS):
    return {token: number for number, token in enumerate(marks + characters)}


def isolated(pattern=r"[\s\S]", behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def wordlevel(pre_tokenizer, vocab=None):
    tokenizer = Tokenizer(models.WordLevel(vocab or vocabulary(), unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


def bpe(pre_tokenizer=None, **options):
    tokenizer = Tokenizer(models.BPE(vocabulary(), [], **options))
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


def wrap(tokenizer, specials=MARKS[3:], **options):
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        clean_up_tokenization_spaces=False, **options)
    fast.add_special_tokens({"additional_special_tokens": list(specials)})
    return fast


def configuration(kind=LlamaConfig, **options):
    return kind(**({
        "vocab_size": len(vocabulary()), "hidden_size": 48, "intermediate_size": 80, "num_hidden_layers": 2,
        "num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64, "bos_token_id": 1,
        "eos_token_id": 2, "pad_token_id": 0,
    } | options))


def randomized(model):
    """Weights as large as trained ones: with the initial ones, all logits are nearly 0."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if name.endswith("norm.weight") else 0.0, 0.2)
    return model


def save(folder, model, tokenizer, expected=True, **options):
    model.save_pretrained(folder, **options)
    tokenizer.save_pretrained(folder)
    if not expected:
        return
    model, tokenizer = load(folder)
    ids = tokenizer(TEXTS)["input_ids"]
    save_json({"texts": TEXTS, "ids": ids, "logits": [logits(model, row) for row in ids]}, folder, "expected.json")


def write_models(folder):
    tokenizer = wrap(wordlevel(isolated()))
    for kv, tied, dtype, sharded in itertools.product(
        (4, 2, 1), (True, False), ("float32", "bfloat16"), (False, True)
    ):
        name = f"{kv}-{'tied' if tied else 'untied'}-{dtype}{'-sharded' if sharded else ''}"
        config = configuration(num_key_value_heads=kv, tie_word_embeddings=tied)
        model = randomized(LlamaForCausalLM(config)).to(getattr(torch, dtype))
        path = os.path.join(folder, name)
        save(path, model, tokenizer, max_shard_size="30KB" if sharded else "1GB")
        assert os.path.exists(os.path.join(path, "model.safetensors.index.json")) == sharded
    for name, options in {
        "head-size": {"head_dim": 20}, "theta": {"rope_parameters": {"rope_type": "default", "rope_theta": 500000.0}},
        "epsilon": {"rms_norm_eps": 0.01}, "larger-vocabulary": {"vocab_size": 64}, "six-heads": {
            "num_attention_heads": 6, "num_key_value_heads": 3}, "several-ends": {"eos_token_id": [2, 4]},
    }.items():
        save(os.path.join(folder, name), randomized(LlamaForCausalLM(configuration(**options))), tokenizer)
    save(os.path.join(folder, "float16"), randomized(LlamaForCausalLM(configuration())).half(), tokenizer)


def write_tokenizers(folder):
    characters = {character: number for number, character in enumerate(CHARACTERS)}
    with_added = wordlevel(isolated(), characters)
    mixed = wordlevel(isolated())
    mixed.add_tokens(["<think>", "</think>"])
    without_line_feed = {token: number for number, token in enumerate(MARKS + [c for c in CHARACTERS if c != "\n"])}
    sequence = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), isolated()])
    cases = {
        "wordlevel": wordlevel(isolated()),
        "wordlevel-added-after": with_added,
        "wordlevel-added-plain": mixed,
        "wordlevel-inverted": wordlevel(isolated(behavior="removed", invert=True)),
        "wordlevel-line-feed": wordlevel(isolated(r"(.|\n)")),
        "wordlevel-multiline": wordlevel(isolated("(?m).")),
        "wordlevel-empty-pattern": wordlevel(pre_tokenizers.Split("", "isolated")),
        "wordlevel-fixed-length": wordlevel(pre_tokenizers.FixedLength(1)),
        "wordlevel-sequence": wordlevel(sequence),
        "wordlevel-dot": wordlevel(isolated("."), without_line_feed),
        "bpe": bpe(),
        "bpe-split": bpe(isolated(r"\d+")),
        "bpe-punctuation": bpe(pre_tokenizers.Punctuation()),
        "bpe-fused": bpe(unk_token="<unk>", fuse_unk=True),
    }
    for name, tokenizer in cases.items():
        texts = [text for text in TEXTS if "\n" not in text] if name == "wordlevel-dot" else TEXTS
        wrapped = wrap(tokenizer)
        path = os.path.join(folder, name)
        size = len(wrapped)
        save(path, LlamaForCausalLM(configuration(vocab_size=size)), wrapped, expected=False)
        ids = AutoTokenizer.from_pretrained(path)(texts)["input_ids"]
        save_json({"texts": texts, "ids": ids, "logits": []}, path, "expected.json")


def write_refused_models(folder):
    tokenizer = wrap(wordlevel(isolated()))

    def rope(kind, **options):
        return {"rope_parameters": {"rope_type": kind, "rope_theta": 10000.0, "factor": 2.0} | options}

    for name, options in {
        "attention-bias": {"attention_bias": True}, "mlp-bias": {"mlp_bias": True}, "gelu": {"hidden_act": "gelu"},
        "rope-linear": rope("linear"), "rope-dynamic": rope("dynamic"), "rope-yarn": rope("yarn"),
        "rope-llama3": rope(
            "llama3", low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=32),
    }.items():
        save(os.path.join(folder, name), LlamaForCausalLM(configuration(**options)), tokenizer, expected=False)
    for name, kind, options in [
        ("mistral", "Mistral", {"sliding_window": 16}), ("mixtral", "Mixtral", {"num_local_experts": 2}),
        ("qwen2", "Qwen2", {}), ("gpt2", "GPT2", {}),
    ]:
        config = configuration(getattr(transformers, kind + "Config"), **options)
        model = getattr(transformers, kind + ("LMHeadModel" if kind == "GPT2" else "ForCausalLM"))(config)
        save(os.path.join(folder, name), model, tokenizer, expected=False)
    classifier = transformers.LlamaForSequenceClassification(configuration())
    save(os.path.join(folder, "classifier"), classifier, tokenizer, expected=False)


def write_refused_tokenizers(folder):
    lines = ["the cat sat on the mat", "the dog and the cat"] * 20
    merged = Tokenizer(models.BPE())
    merged.pre_tokenizer = pre_tokenizers.Whitespace()
    byte_level = Tokenizer(models.BPE())
    byte_level.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    byte_alphabet = {
        token: number for number, token in enumerate(MARKS + sorted(pre_tokenizers.ByteLevel.alphabet()))}
    bytes_only = Tokenizer(models.BPE(byte_alphabet, []))
    bytes_only.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    pieces, parts, words = Tokenizer(models.Unigram()), Tokenizer(models.WordPiece()), Tokenizer(models.WordLevel())
    for tokenizer in (pieces, parts, words):
        tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    for tokenizer, trainer in [
        (merged, trainers.BpeTrainer), (byte_level, trainers.BpeTrainer), (pieces, trainers.UnigramTrainer),
        (parts, trainers.WordPieceTrainer), (words, trainers.WordLevelTrainer),
    ]:
        tokenizer.train_from_iterator(lines, trainer(special_tokens=MARKS, vocab_size=50, show_progress=False))
    lowered, headed, eaten = (wordlevel(isolated()) for _ in range(3))
    lowered.normalizer = normalizers.Lowercase()
    headed.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    eaten.add_special_tokens([AddedToken("<think>", lstrip=True)])
    for name, tokenizer in {
        "bpe-merges": merged, "byte-level": byte_level, "bytes": bytes_only, "unigram": pieces, "wordpiece": parts,
        "words": words, "lowercase": lowered, "template": headed, "lstrip": eaten,
        "spaces": bpe(pre_tokenizers.Whitespace()), "whole-words": wordlevel(isolated(r"\w+")),
        "subword-prefix": bpe(continuing_subword_prefix="##"), "dot": wordlevel(isolated(".")),
    }.items():
        wrapped = wrap(tokenizer, [] if name == "lstrip" else MARKS[3:])
        save(os.path.join(folder, name), LlamaForCausalLM(configuration(vocab_size=256 + 8)), wrapped, expected=False)
    wrapped = wrap(wordlevel(isolated()), add_bos_token=True)
    save(os.path.join(folder, "begin"), LlamaForCausalLM(configuration()), wrapped, expected=False)


def write(folder):
    for name, make in {
        "models": write_models, "tokenizers": write_tokenizers, "refused-models": write_refused_models,
        "refused-tokenizers": write_refused_tokenizers,
    }.items():
        path = os.path.join(folder, name)
        shutil.rmtree(path, ignore_errors=True)
        os.makedirs(path)
        make(path)


if __name__ == "__main__":
    {"read": read, "write": write}[sys.argv[1]](*sys.argv[2:])
