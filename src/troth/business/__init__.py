"""The trade: master data, pricing, credit, supply, promising, sales, shipping, billing, receivables, each above the next."""
