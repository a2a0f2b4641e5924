"""What a simulated model says when it does not know the question: a few readable sentences."""

from __future__ import annotations

import random

from workbench.simulator.tokens import tokens

_OPENINGS = (
    "I am {model}, a simulated model, and I have never met a real word in my life.",
    "This is {model} speaking, a simulated model with a good memory for a few questions and nothing else.",
    "You have reached {model}: simulated, well-mannered, and free of any knowledge of your topic.",
    "A real model would think now; {model} is simulated and rolls a small seeded die instead.",
)
_MIDDLES = (
    "Your message has {words} words, which is the only fact about it that I can vouch for.",
    "If I had opinions, they would come from a hash of your prompt, like everything that I say.",
    "Ask me again with the same seed and you will hear the very same sentence.",
    "My tokens arrive at an even pace, because somebody set the clock and went home.",
    "No electricity was wasted on attention layers while this answer was made.",
    "I can be slow, I can be cut off, I can even fail on request, and I never take it badly.",
    "Charts like me: my latency is honest even when my sentences are not.",
    "Somewhere a larger model is answering this properly and sending a larger bill.",
    "Please do not quote me in a paper, unless the paper is about simulators.",
    "I was asked to be helpful, so here is a helpful hint: the real answer is elsewhere.",
)
_CLOSINGS = (
    "That is all that I have.",
    "Thank you for listening to a random number generator.",
    "Try me with a question from the data set, and I may surprise you.",
    "End of simulation, for now.",
)


def prose(model: str, prompt: str, rng: random.Random) -> str:
    """English sentences, 40 to 120 tokens together, the same for the same `rng` and prompt."""
    wanted = rng.randint(40, 80)
    middles = rng.sample(_MIDDLES, len(_MIDDLES))
    sentences = [rng.choice(_OPENINGS), middles.pop()]
    closing = rng.choice(_CLOSINGS)
    facts = {"model": model, "words": len(prompt.split())}
    while True:
        text = " ".join([*sentences, closing]).format(**facts)
        if len(tokens(text)) >= wanted:
            return text
        sentences.append(middles.pop())
