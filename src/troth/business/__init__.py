"""The trade, each above the next: master data, pricing, credit, supply, promising, sales, shipping, billing, receivables."""
