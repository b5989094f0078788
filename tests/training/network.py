"""The encoder as a torch module: a BERT with post-normalisation and mean pooling; `encoder.py` puts heads on it."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_POOL = 1 << 22


class Dropout(nn.Module):  # type: ignore[misc]
    """Dropout whose mask is a stretch of one drawn pool, from a place drawn anew each time.

    To draw each number anew takes a third of a step on a CPU.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.register_buffer("pool", (torch.rand(_POOL) >= share).float() / (1 - share), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.share == 0:
            return x
        start = int(torch.randint(_POOL, ()))
        places = self.pool.roll(-start)[: x.numel()] if start + x.numel() > _POOL else self.pool[start:]
        return x * places[: x.numel()].view_as(x).to(x.dtype)


class Block(nn.Module):  # type: ignore[misc]
    """One layer of attention and feed-forward, each normalised after its sum."""

    def __init__(self, hidden: int, inner: int, heads: int, dropout: Dropout) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.query, self.key, self.value, self.out = (nn.Linear(hidden, hidden) for _ in range(4))
        self.inner, self.outer = nn.Linear(hidden, inner), nn.Linear(inner, hidden)
        self.norm1, self.norm2 = nn.LayerNorm(hidden, eps=1e-12), nn.LayerNorm(hidden, eps=1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        rows, length, hidden = x.shape

        def split(y: Tensor) -> Tensor:
            return y.view(rows, length, self.heads, hidden // self.heads).transpose(1, 2)

        seen = functional.scaled_dot_product_attention(
            split(self.query(x)), split(self.key(x)), split(self.value(x)), attn_mask=mask
        )
        x = self.norm1(x + self.dropout(self.out(seen.transpose(1, 2).reshape(rows, length, hidden))))
        return self.norm2(x + self.dropout(self.outer(functional.gelu(self.inner(x)))))


class Encoder(nn.Module):  # type: ignore[misc]
    """Token ids (n, length) to the mean of the last hidden states (n, hidden).

    The mask (n, length) is 1 where a token stands and 0 where a row is padded.
    """

    def __init__(
        self,
        vocabulary: int,
        layers: int,
        *,
        hidden: int = 384,
        inner: int = 1536,
        heads: int = 12,
        dropout: float = 0.1,
        places: int = 128,
    ) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(vocabulary, hidden), nn.Embedding(places, hidden)
        self.norm = nn.LayerNorm(hidden, eps=1e-12)
        self.dropout = Dropout(dropout)
        self.blocks = nn.ModuleList(Block(hidden, inner, heads, self.dropout) for _ in range(layers))

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        x = self.norm(self.words(ids) + self.places(torch.arange(ids.shape[1], device=ids.device)))
        x = self.dropout(x)
        wide = mask[:, None, None, :].bool()
        for block in self.blocks:
            x = block(x, wide)
        counted = mask[:, :, None].to(x.dtype)
        return (x * counted).sum(1) / counted.sum(1)
