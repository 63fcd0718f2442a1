"""The trade: master data, pricing, credit, supply, promising, sales, shipping, billing, receivables; each app above the next."""
